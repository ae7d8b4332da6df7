"""How it went: one question after a ticket is closed, its answers, and who is got in touch with."""

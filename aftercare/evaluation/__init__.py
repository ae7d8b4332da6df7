"""How urgent a ticket is: a versioned rule of four criteria, its trial and its change."""

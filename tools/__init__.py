"""Sets Aftercare up, starts it and tests it; runs on the machine's own Python, 3.8 or newer."""

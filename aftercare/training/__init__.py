"""Training for use: lessons out of the manuals, step by step, with a check and a record."""

"""Files: what is taken, how it is made safe, where it lies, whose ticket it is."""

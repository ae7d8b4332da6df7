"""The staff console: pages on which the desk reads conversations and works tickets."""

"""Which customer owns which product, how it is covered, and whether it is called back."""

"""Goods that come back: authorised with a number, received, inspected, settled."""

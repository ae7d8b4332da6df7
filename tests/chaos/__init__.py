"""Kills every program again and again while customers write, and counts what that cost them."""

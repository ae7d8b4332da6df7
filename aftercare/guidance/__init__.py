"""Answers from the products' manuals: sections, search, and what is quoted."""

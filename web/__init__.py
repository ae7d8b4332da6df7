"""Puts the website's two faces into one process: the public gateway and the staff console.

Neither of the two knows the other; only this package imports both.
"""

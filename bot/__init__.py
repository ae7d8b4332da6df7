"""Code that runs inside Rasa: launcher, components, the private channel, speed-ups.

It imports Rasa and itself only; the rest of the product meets it through names and JSON.
"""

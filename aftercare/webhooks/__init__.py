"""Tells other systems what happens: signed requests, after https://www.standardwebhooks.com."""

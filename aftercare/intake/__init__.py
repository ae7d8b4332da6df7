"""Taking a customer's wish: which records a service needs, asking for them, reading the answers."""

"""How turns are worked and how processes tell each other: one behaviour, two ways to run it.

SQLite: threads of the one process. PostgreSQL: a queue and notifications in the database, for any
number of processes. `choice.py` alone knows which.
"""

"""Components of the language understanding, used by config.yml."""

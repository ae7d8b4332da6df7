"""Sets this bot's model beside Rasa's stock pipeline: `make compare-stock`.

No part of a running bot. `understanding` runs in the environment of the model that it measures,
`drawings` in that of the full Rasa, where matplotlib is.
"""

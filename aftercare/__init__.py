"""The core of the after-sales desk: tables, catalogue, intake, tickets, guidance, staff.

It knows neither Rasa nor the web; the other parts translate between those and this.
"""

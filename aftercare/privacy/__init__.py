"""Customers' personal data: masked before it is stored, handed out, erased, not kept for ever."""

"""Visits at customers' homes: technicians, slots, bookings, and the parts that they take along."""

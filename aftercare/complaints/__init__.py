"""Complaints: received, assessed, investigated, answered with a proposal, escalated, closed."""

"""What a ticket was promised in working time: targets, clocks that run, warning and escalation."""

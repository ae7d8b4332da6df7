"""Staff members: their passwords and signed-in sessions."""

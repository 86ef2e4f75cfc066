"""biology."""

"""What a funding call is."""

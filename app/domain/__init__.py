"""Rules, values and errors of the business; plain Python."""

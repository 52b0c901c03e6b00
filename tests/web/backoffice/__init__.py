"""The back-office, screen by screen: right role, wrong role, other portfolio."""

"""Settings: what is refused, derived and documented."""

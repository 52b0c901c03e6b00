"""Signing in through a provider, against the simulator, over real HTTP on this machine."""

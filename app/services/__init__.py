"""Use cases: plain functions that take a session and ports; their callers commit."""

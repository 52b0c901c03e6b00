"""Stand-ins for outside systems, for the demo and the tests: separate programs that do not know the application."""

"""Who may see and do what: tenancy, permissions, sessions, sign-in."""

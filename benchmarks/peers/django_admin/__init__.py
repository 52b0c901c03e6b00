"""Django's admin as a newcomer would use it, over the same tables, which it does not manage."""

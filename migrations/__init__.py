"""Every change of the tables, in order, and what migrations share."""

"""Exports: which rows they hold, the rows as cells, and the files that a worker makes of them."""

"""Measurements against the budgets of the product: one interleaved run, compared with a bare floor."""

"""Payments: taken in by hand or from files, matched to invoices, moved, and what is left of them."""

"""Import of invoices: whose a document is, where it goes, whether it is new, and its rows."""

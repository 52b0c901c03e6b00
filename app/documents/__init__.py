"""What invoices are made of outside our tables: UBL, archives of it, and the PDF drawn from it."""

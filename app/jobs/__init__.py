"""Work that runs beside the pages, or in pieces with a commit after each; every piece calls a service."""

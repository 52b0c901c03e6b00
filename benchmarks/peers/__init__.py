"""Peers over the same tables: the same list as a newcomer would write it elsewhere.

They know no row-level security: they connect as the role that sees all rows, and a company is a
filter in the address. Their own tables (users, sessions, permissions) lie in a schema of their own.
"""

"""The rules of the code itself, each shown to catch a breach."""

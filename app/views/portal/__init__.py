"""The pages of employers: hand-written, one task each."""

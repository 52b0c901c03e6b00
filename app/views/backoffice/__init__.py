"""The pages of staff: generated screens and a few written ones."""

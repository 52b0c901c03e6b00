"""The test bed itself: databases and documents are put back, and nothing stays behind."""

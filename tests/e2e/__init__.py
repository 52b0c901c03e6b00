"""Journeys of the people of the cast in a real browser, and every page looked at."""

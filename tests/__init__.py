"""Tests of the product, from single rules to journeys in a browser."""

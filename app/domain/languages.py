"""The languages of the product."""

from typing import Final

LANGUAGES: Final = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}
"""Each by its own name, in the order of the switch."""

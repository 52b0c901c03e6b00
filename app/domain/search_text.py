"""What the invoice list is searched by: one text per document, and a search brought to the same form."""

import re

from app.domain.einvoice import EInvoice
from app.domain.identifiers import normalise_structured_communication

LONGEST = 800
"""Characters of a search text, as wide as its column."""
_SEPARATORS = re.compile(r"[\s.\-/+*_]+")
_SPACES = re.compile(r"\s+")


def search_text_of(einvoice: EInvoice) -> str:
    """Number (also without separators), payment reference and every reference of the buyer.

    In lower case, apart by spaces. What people type most comes first: the text ends at LONGEST.
    """
    number = folded(einvoice.number)
    parts = (
        number,
        searched(einvoice.payment_id),
        folded(einvoice.order_reference),
        folded(einvoice.buyer_reference),
        compact(number),
        folded(einvoice.contract_reference),
        folded(einvoice.project_reference),
    )
    return " ".join(dict.fromkeys(part for part in parts if part))[:LONGEST]


def searched(text: str) -> str:
    """A text as somebody types it, in the form of a search text; `+++1/2/3+++` becomes its digits."""
    return normalise_structured_communication(text) or folded(text)


def folded(text: str) -> str:
    """Lower case, single spaces, nothing that a database refuses to store."""
    return _SPACES.sub(" ", text.replace("\x00", " ")).strip().casefold()


def compact(text: str) -> str:
    """Without the separators that people leave out or put elsewhere."""
    return _SEPARATORS.sub("", text)

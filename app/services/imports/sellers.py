"""Who sent a document: the key its number is unique under, and whether that is the issuer."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.einvoice import Party
from app.domain.identifiers import (
    BE_ENTERPRISE_SCHEME,
    normalise_endpoint,
    normalise_enterprise_number,
    normalise_vat_number,
)
from app.models import IssuerSetting

_KEY_CHARS = 200


def seller_key(seller: Party) -> str:
    """VAT number, else legal id, else endpoint, else name: the first that the document gives."""
    if seller.vat_id:
        key = normalise_vat_number(seller.vat_id)
    elif seller.legal_id:
        key = str(normalise_endpoint(seller.legal_id))
    elif seller.endpoint:
        key = str(normalise_endpoint(seller.endpoint))
    else:
        key = " ".join(seller.display_name.split()).casefold()
    return key[:_KEY_CHARS]


@dataclass(frozen=True, slots=True)
class IssuerIdentity:
    """The numbers that tell the issuer's own documents from other people's; none set, none told apart."""

    vat_key: str = ""
    enterprise_key: str = ""

    def sent(self, seller: Party) -> bool:
        """Whether the seller is the issuer, as far as is known."""
        if not self.vat_key and not self.enterprise_key:
            return True
        if seller.vat_id and normalise_vat_number(seller.vat_id) == self.vat_key:
            return True
        return bool(self.enterprise_key) and self.enterprise_key in _enterprise_keys(seller)


def load_issuer(session: Session) -> IssuerIdentity:
    row = session.scalars(select(IssuerSetting)).one_or_none()
    if row is None:
        return IssuerIdentity()
    return IssuerIdentity(
        normalise_vat_number(row.vat_number or ""),
        normalise_enterprise_number(row.enterprise_number or ""),
    )


def _enterprise_keys(seller: Party) -> set[str]:
    keys = set()
    if seller.legal_id and seller.legal_id.scheme in {"", BE_ENTERPRISE_SCHEME}:
        keys.add(normalise_enterprise_number(seller.legal_id.value))
    if seller.endpoint and seller.endpoint.scheme == BE_ENTERPRISE_SCHEME:
        keys.add(normalise_enterprise_number(seller.endpoint.value))
    if seller.vat_id.strip().upper().startswith("BE"):
        keys.add(normalise_enterprise_number(seller.vat_id))
    return keys

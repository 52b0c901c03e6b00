"""Reading who an UBL document is between, where it delivers and how it is paid."""

from lxml import etree

from app.documents.ubl_xml import CAC, CBC, child, day, identifier, text
from app.domain.einvoice import Contact, Delivery, Party, PaymentMeans, PostalAddress
from app.domain.identifiers import Identifier

SEPA_SCHEME = "SEPA"
_TAX_SCHEME = (f"{CAC}TaxScheme", f"{CBC}ID")


def read_party(element: etree._Element | None) -> Party | None:
    """`element` is a cac:Party, or cac:PayeeParty and the like, which are parties themselves.

    A party of which nothing is said is none.
    """
    if element is None:
        return None
    legal = child(element, f"{CAC}PartyLegalEntity")
    vat_id, tax_registration = _tax_numbers(element)
    party = Party(
        name=text(legal, f"{CBC}RegistrationName"),
        trading_name=text(element, f"{CAC}PartyName", f"{CBC}Name"),
        vat_id=vat_id,
        tax_registration=tax_registration,
        legal_id=identifier(legal, f"{CBC}CompanyID"),
        legal_form=text(legal, f"{CBC}CompanyLegalForm"),
        endpoint=identifier(element, f"{CBC}EndpointID"),
        ids=tuple(found for found in _identifications(element) if found.scheme != SEPA_SCHEME),
        address=read_address(child(element, f"{CAC}PostalAddress")),
        contact=_contact(child(element, f"{CAC}Contact")),
    )
    return None if party == Party() else party


def read_creditor_id(*parties: etree._Element | None) -> str:
    """BT-90: in UBL an identification of the seller or the payee with the scheme "SEPA"."""
    for party in parties:
        if party is not None:
            for found in _identifications(party):
                if found.scheme == SEPA_SCHEME:
                    return found.value
    return ""


def read_address(element: etree._Element | None) -> PostalAddress:
    if element is None:
        return PostalAddress()
    street = (text(element, f"{CBC}StreetName"), text(element, f"{CBC}BuildingNumber"))
    return PostalAddress(
        street=" ".join(part for part in street if part),
        additional_street=text(element, f"{CBC}AdditionalStreetName"),
        extra_line=text(element, f"{CAC}AddressLine", f"{CBC}Line"),
        city=text(element, f"{CBC}CityName"),
        postal_code=text(element, f"{CBC}PostalZone"),
        subdivision=text(element, f"{CBC}CountrySubentity"),
        country=text(element, f"{CAC}Country", f"{CBC}IdentificationCode"),
    )


def read_delivery(element: etree._Element | None) -> Delivery | None:
    if element is None:
        return None
    location = child(element, f"{CAC}DeliveryLocation")
    delivery = Delivery(
        party_name=text(element, f"{CAC}DeliveryParty", f"{CAC}PartyName", f"{CBC}Name"),
        location_id=identifier(location, f"{CBC}ID"),
        delivered_on=day(element, f"{CBC}ActualDeliveryDate"),
        address=read_address(child(location, f"{CAC}Address")),
    )
    return None if delivery == Delivery() else delivery


def read_payment_means(element: etree._Element) -> PaymentMeans:
    code = child(element, f"{CBC}PaymentMeansCode")
    account = child(element, f"{CAC}PayeeFinancialAccount")
    mandate = child(element, f"{CAC}PaymentMandate")
    return PaymentMeans(
        code=text(element, f"{CBC}PaymentMeansCode"),
        name=(code.get("name") or "").strip() if code is not None else "",
        payment_id=text(element, f"{CBC}PaymentID"),
        iban=text(account, f"{CBC}ID"),
        account_name=text(account, f"{CBC}Name"),
        bic=text(account, f"{CAC}FinancialInstitutionBranch", f"{CBC}ID"),
        mandate_reference=text(mandate, f"{CBC}ID"),
        debited_account=text(mandate, f"{CAC}PayerFinancialAccount", f"{CBC}ID"),
    )


def _identifications(element: etree._Element) -> list[Identifier]:
    wrappers = element.iterchildren(f"{CAC}PartyIdentification")
    found = (identifier(wrapper, f"{CBC}ID") for wrapper in wrappers)
    return [each for each in found if each is not None]


def _tax_numbers(element: etree._Element) -> tuple[str, str]:
    """BT-31 (the scheme is VAT, or is not said) and BT-32 (any other scheme)."""
    vat_id = other = ""
    for scheme in element.iterchildren(f"{CAC}PartyTaxScheme"):
        value = text(scheme, f"{CBC}CompanyID")
        if text(scheme, *_TAX_SCHEME).upper() in {"VAT", ""}:
            vat_id = vat_id or value
        else:
            other = other or value
    return vat_id, other


def _contact(element: etree._Element | None) -> Contact:
    if element is None:
        return Contact()
    return Contact(
        name=text(element, f"{CBC}Name"),
        phone=text(element, f"{CBC}Telephone"),
        email=text(element, f"{CBC}ElectronicMail"),
    )

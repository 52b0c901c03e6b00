"""The issuer of the demo and its customers.

Enterprise numbers have right check digits and come from a range that was never given out; the IBAN
is the one of the textbooks.
"""

from dataclasses import dataclass

from app.domain.contacts import ContactTopic
from app.domain.delivery import DeliveryMode, VatStatus

ISSUER_NAME = "Titres Demo SA"
ISSUER_ENTERPRISE_NUMBER = "0990.100.180"
ISSUER_VAT_NUMBER = "BE 0990.100.180"
ISSUER_IBAN = "BE68539007547034"
ISSUER_CREDITOR_ID = "BE68ZZZ0990100180"


@dataclass(frozen=True, slots=True)
class DemoAddress:
    """An address; `monthly_vouchers` is how many meal vouchers are ordered for it each month."""

    name: str
    street: str
    postcode: str
    city: str
    reference: str
    delivery_mode: DeliveryMode
    monthly_vouchers: int
    billing_emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoContact:
    name: str
    position: str
    topic: ContactTopic
    email: str
    phone: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """A customer. The first address is the default one."""

    key: str
    name: str
    enterprise_number: str
    vat_number: str | None
    customer_number: str
    vat_status: VatStatus
    language: str
    email: str
    phone: str
    addresses: tuple[DemoAddress, ...]
    contacts: tuple[DemoContact, ...]
    has_peppol_endpoint: bool = True
    mandate_reference: str | None = None
    months: int = 12

    @property
    def endpoint(self) -> str | None:
        return self.enterprise_number.replace(".", "") if self.has_peppol_endpoint else None


MARTIN = DemoCompany(
    key="martin",
    name="Boulangerie Martin SRL",
    enterprise_number="0990.200.249",
    vat_number="BE 0990.200.249",
    customer_number="1001",
    vat_status=VatStatus.LIABLE,
    language="fr",
    email="info@boulangerie-martin.example",
    phone="+32 4 000 10 01",
    addresses=(
        DemoAddress(
            "Liège",
            "Rue du Four 12",
            "4000",
            "Liège",
            "MARTIN-LIEGE",
            DeliveryMode.PEPPOL_AND_EMAIL,
            480,
            ("bruno@boulangerie-martin.example", "compta@boulangerie-martin.example"),
        ),
        DemoAddress(
            "Namur",
            "Rue de la Meuse 5",
            "5000",
            "Namur",
            "MARTIN-NAMUR",
            DeliveryMode.EMAIL,
            220,
            ("namur@boulangerie-martin.example",),
        ),
        DemoAddress(
            "Eupen",
            "Marktplatz 3",
            "4700",
            "Eupen",
            "MARTIN-EUPEN",
            DeliveryMode.EMAIL,
            96,
        ),
    ),
    contacts=(
        DemoContact(
            "Claire Dubois",
            "Gérante",
            ContactTopic.GENERAL,
            "claire@boulangerie-martin.example",
            "+32 4 000 10 02",
        ),
        DemoContact(
            "Bruno Billing",
            "Comptabilité",
            ContactTopic.INVOICES,
            "bruno@boulangerie-martin.example",
            "+32 4 000 10 03",
        ),
        DemoContact(
            "Léa Namur",
            "Responsable de magasin",
            ContactTopic.ORDERS,
            "lea@boulangerie-martin.example",
            "+32 81 00 10 04",
            address="Namur",
        ),
    ),
    months=24,
)
DUBOIS = DemoCompany(
    key="dubois",
    name="Atelier Dubois SRL",
    enterprise_number="0990.300.318",
    vat_number=None,
    customer_number="1002",
    vat_status=VatStatus.EXEMPT,
    language="de",
    email="info@atelier-dubois.example",
    phone="+32 87 00 20 01",
    addresses=(
        DemoAddress(
            "Sankt Vith",
            "Hauptstraße 21",
            "4780",
            "Sankt Vith",
            "DUBOIS",
            DeliveryMode.EMAIL,
            60,
            ("rechnungen@atelier-dubois.example",),
        ),
    ),
    contacts=(
        DemoContact(
            "Jonas Dubois",
            "Inhaber",
            ContactTopic.GENERAL,
            "jonas@atelier-dubois.example",
            "+32 87 00 20 02",
        ),
    ),
    has_peppol_endpoint=False,
    months=9,
)
PEETERS = DemoCompany(
    key="peeters",
    name="Brouwerij Peeters BV",
    enterprise_number="0990.400.484",
    vat_number="BE 0990.400.484",
    customer_number="1003",
    vat_status=VatStatus.LIABLE,
    language="nl",
    email="info@brouwerij-peeters.example",
    phone="+32 16 00 30 01",
    addresses=(
        DemoAddress(
            "Leuven",
            "Brouwerijstraat 8",
            "3000",
            "Leuven",
            "PEETERS-LEUVEN",
            DeliveryMode.PEPPOL,
            340,
            ("boekhouding@brouwerij-peeters.example",),
        ),
    ),
    contacts=(
        DemoContact(
            "Pieter Peeters",
            "Zaakvoerder",
            ContactTopic.GENERAL,
            "pieter@brouwerij-peeters.example",
            "+32 16 00 30 02",
        ),
    ),
    mandate_reference="TITRES-PEETERS-0001",
    months=18,
)
LAMBERT = DemoCompany(
    key="lambert",
    name="Garage Lambert SA",
    enterprise_number="0990.500.553",
    vat_number="BE 0990.500.553",
    customer_number="1004",
    vat_status=VatStatus.LIABLE,
    language="fr",
    email="info@garage-lambert.example",
    phone="+32 65 00 40 01",
    addresses=(
        DemoAddress(
            "Mons",
            "Chaussée du Garage 40",
            "7000",
            "Mons",
            "LAMBERT",
            DeliveryMode.PEPPOL_AND_EMAIL,
            150,
            ("factures@garage-lambert.example",),
        ),
    ),
    contacts=(),
    months=6,
)
SIMON = DemoCompany(
    key="simon",
    name="Librairie Simon SNC",
    enterprise_number="0990.600.622",
    vat_number="BE 0990.600.622",
    customer_number="1005",
    vat_status=VatStatus.LIABLE,
    language="fr",
    email="info@librairie-simon.example",
    phone="+32 2 000 50 01",
    addresses=(
        DemoAddress(
            "Bruxelles",
            "Rue des Livres 7",
            "1000",
            "Bruxelles",
            "SIMON",
            DeliveryMode.EMAIL,
            40,
            ("librairie@librairie-simon.example",),
        ),
    ),
    contacts=(),
    has_peppol_endpoint=False,
    months=3,
)
COMPANIES = (MARTIN, DUBOIS, PEETERS, LAMBERT, SIMON)

"""Forms of a company's details, addresses and contacts."""

import re
from dataclasses import asdict
from typing import Any, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.validators import InputRequired, ValidationError

from app.domain.contacts import ContactTopic
from app.domain.delivery import DeliveryMode
from app.domain.errors import DomainError
from app.domain.typed_text import checked_email, checked_phone, checked_web_address
from app.fab.messages import message_for
from app.models import Address, Company, Contact
from app.services import addresses, companies, contacts
from app.services.versions import version_of
from app.views.labels import CONTACT_TOPICS, DELIVERY_MODES
from app.views.locale import LANGUAGES
from app.views.portal.fields import CountryField, Rule, line

_EVERY_ADDRESS = ""
_SEPARATORS = re.compile(r"[\s,;]+")
_CHOOSE = InputRequired(_("Choose one of these."))


class CompanyForm(FlaskForm):
    """What an employer may change about its company itself."""

    email = EmailField(
        _("E-mail address"), validators=[Rule(lambda typed: checked_email(typed, field=""))]
    )
    phone = TelField(
        _("Telephone"), validators=[Rule(lambda typed: checked_phone(typed, field=""))]
    )
    website = URLField(
        _("Website"), validators=[Rule(lambda typed: checked_web_address(typed, field=""))]
    )
    language = SelectField(
        _("Language of documents"), choices=list(LANGUAGES.items()), validators=[_CHOOSE]
    )
    street = line(_("Street and number"), 200)
    additional_street = line(_("Additional address line"), 200)
    postcode = line(_("Postcode"), 20)
    city = line(_("City"), 100)
    country = CountryField(_("Country"), default="BE")
    version = HiddenField()

    @classmethod
    def of(cls, company: Company) -> Self:
        """The form of a company; what was sent goes before what is stored."""
        stored = asdict(companies.details_of(company))
        return cls(data=stored, version=version_of(company))

    def values(self) -> companies.CompanyDetails:
        return companies.CompanyDetails(**_data(self, "version"))


class AddressForm(FlaskForm):
    """An address, and how invoices reach it."""

    name = line(_("Name of the address"), 100, required=True)
    invoice_name = line(_("Name on the invoice"), 200)
    street = line(_("Street and number"), 200)
    additional_street = line(_("Additional address line"), 200)
    postcode = line(_("Postcode"), 20)
    city = line(_("City"), 100)
    country = CountryField(_("Country"), default="BE")
    delivery_mode = RadioField(
        _("How should invoices reach you?"),
        choices=[(mode.value, label) for mode, label in DELIVERY_MODES.items()],
        default=DeliveryMode.EMAIL.value,
        validators=[_CHOOSE],
    )
    billing_emails = TextAreaField(_("People who get the invoices by e-mail"))
    buyer_reference = line(_("Buyer reference"), 100)
    delivery_location_id = line(_("Delivery location"), 60)
    version = HiddenField()

    @classmethod
    def of(cls, address: Address) -> Self:
        """The form of an address; what was sent goes before what is stored."""
        values = addresses.values_of(address)
        stored = asdict(values) | {"billing_emails": "\n".join(values.billing_emails)}
        return cls(data=stored, version=version_of(address))

    def values(self) -> addresses.AddressValues:
        said = _data(self, "version", "is_default") | {
            "delivery_mode": DeliveryMode(self.delivery_mode.data),
            "billing_emails": tuple(_addresses_in(self.billing_emails.data)),
        }
        return addresses.AddressValues(**said)

    def validate_billing_emails(self, field: TextAreaField) -> None:
        """Name each that is wrong, so that it is found among many."""
        wrong = [refusal for typed in _addresses_in(field.data) if (refusal := _refusal(typed))]
        if wrong:
            field.errors = wrong[:-1]  # the last one follows as the refusal itself
            raise ValidationError(wrong[-1])


class NewAddressForm(AddressForm):
    """One more address."""

    is_default = BooleanField(_("Make it the default address"))


class ContactForm(FlaskForm):
    """A person to reach at the company."""

    places: dict[str, int]
    name = line(_("Name"), 120, required=True)
    position = line(_("Position"), 120)
    topic = SelectField(
        _("Contact for"),
        choices=[(topic.value, label) for topic, label in CONTACT_TOPICS.items()],
        validators=[_CHOOSE],
    )
    email = EmailField(
        _("E-mail address"), validators=[Rule(lambda typed: checked_email(typed, field=""))]
    )
    phone = TelField(
        _("Telephone"), validators=[Rule(lambda typed: checked_phone(typed, field=""))]
    )
    address_id = SelectField(_("Address"), choices=[])
    version = HiddenField()

    @classmethod
    def of(cls, contact: Contact | None, places: list[Address], *, may_be_everywhere: bool) -> Self:
        """The form of a contact, or of a new one; `places` are the addresses to choose from."""
        place = contact.address if contact else None
        if place is not None and place.id not in {one.id for one in places}:
            places = [*places, place]
        stored = asdict(contacts.values_of(contact)) if contact else {}
        form = cls(
            data=stored | {"address_id": str(place.public_id) if place else _EVERY_ADDRESS},
            version=version_of(contact) if contact else "",
        )
        everywhere = [(_EVERY_ADDRESS, _("The whole company"))] if may_be_everywhere else []
        form.address_id.choices = [
            *everywhere,
            *((str(one.public_id), one.name) for one in places),
        ]
        form.places = {str(one.public_id): one.id for one in places}
        return form

    def values(self) -> contacts.ContactValues:
        said = _data(self, "version") | {
            "topic": ContactTopic(self.topic.data),
            "address_id": self.places.get(self.address_id.data),
        }
        return contacts.ContactValues(**said)


def _data(form: FlaskForm, *without: str) -> dict[str, Any]:
    return {
        name: value
        for name, value in form.data.items()
        if name not in {*without, "csrf_token"} and not name.startswith("_")
    }


def _addresses_in(typed: str | None) -> list[str]:
    return [one for one in _SEPARATORS.split(typed or "") if one]


def _refusal(typed: str) -> str | None:
    try:
        checked_email(typed, field="")
    except DomainError as error:
        return message_for(error)
    return None

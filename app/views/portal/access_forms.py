"""Forms of access: inviting people, and changing what somebody may do."""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, Optional

from app.domain.roles import EmployerRole
from app.models import Address, Membership
from app.services.invitations import Terms
from app.services.membership_limits import AddressChoice
from app.services.memberships import AccessValues
from app.views.invited_emails import InvitedEmails
from app.views.labels import EMPLOYER_ROLES
from app.views.locale import LANGUAGES, offered_languages

_CHOOSE = InputRequired(_("Choose one of these."))
ALL, SOME = "all", "some"

Choices = list[tuple[str, str]]


class AccessForm(FlaskForm):
    """A role, addresses and a last day; whoever is limited themself gives access to some addresses only."""

    is_limited = False
    places: Choices
    role = RadioField(
        _("Role"),
        choices=[(role.value, label) for role, label in EMPLOYER_ROLES.items()],
        validators=[_CHOOSE],
    )
    reach = RadioField(
        _("Access to"),
        choices=[(ALL, _("All addresses")), (SOME, _("Only some addresses"))],
        default=ALL,
        validators=[_CHOOSE],
    )
    addresses = SelectMultipleField(_("Addresses"), choices=[])
    expires_on = DateField(_("Last day of access"), validators=[Optional()])

    def offer(self, places: Choices, *, is_limited: bool) -> None:
        """The addresses to choose from; `is_limited` leaves no choice of all of them."""
        self.places = places
        self.addresses.choices = places
        self.is_limited = is_limited
        if is_limited:
            self.reach.data = SOME

    @property
    def chosen_role(self) -> EmployerRole:
        return EmployerRole(self.role.data)

    @property
    def chosen_addresses(self) -> list[UUID] | None:
        """None for all of them."""
        if self.reach.data == ALL and not self.is_limited:
            return None
        return [UUID(one) for one in self.addresses.data or ()]

    @property
    def ticks(self) -> list[tuple[str, str, bool]]:
        chosen = set(self.addresses.data or ())
        return [(value, label, value in chosen) for value, label in self.places]


class InviteForm(AccessForm):
    """One or many people to invite."""

    emails = InvitedEmails(_("E-mail addresses"))
    language = SelectField(_("Language of the invitation"), choices=[], validators=[_CHOOSE])

    @classmethod
    def of(cls, places: Iterable[Address], *, is_limited: bool, language: str) -> Self:
        form = cls(role=EmployerRole.EMPLOYER_BILLING.value, language=language)
        form.language.choices = list({**offered_languages(), language: LANGUAGES[language]}.items())
        form.offer([(str(one.public_id), one.name) for one in places], is_limited=is_limited)
        return form

    def terms(self) -> Terms:
        return Terms(
            role=self.chosen_role,
            access_until=self.expires_on.data,
            addresses=self.chosen_addresses,
            language=self.language.data,
        )


class ChangeAccessForm(AccessForm):
    """What somebody may do from now on."""

    version = HiddenField()

    @classmethod
    def of(
        cls,
        membership: Membership,
        choices: Iterable[AddressChoice],
        *,
        is_limited: bool,
        version: str,
    ) -> Self:
        """The form of somebody's access; what was sent goes before what is stored."""
        known = list(choices)
        stored: dict[str, Any] = {
            "role": membership.role.value,
            "reach": SOME if membership.limited_to_addresses else ALL,
            "addresses": [str(one.public_id) for one in known if one.is_chosen],
            "expires_on": membership.expires_on,
        }
        form = cls(data=stored, version=version)
        form.offer([(str(one.public_id), one.name) for one in known], is_limited=is_limited)
        return form

    def values(self, membership: Membership) -> AccessValues:
        return AccessValues(self.chosen_role, membership.starts_on, self.expires_on.data)

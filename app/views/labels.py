"""Labels of enums that hand-written pages show, by member."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.roles import EmployerRole

EMPLOYER_ROLES: Mapping[EmployerRole, LazyString] = MappingProxyType(
    {
        EmployerRole.EMPLOYER_ADMIN: _("Administrator of the company"),
        EmployerRole.EMPLOYER_BILLING: _("Billing"),
        EmployerRole.EMPLOYER_VIEWER: _("Viewer"),
    }
)

"""The company that a page of the portal is about."""

from flask import abort

from app.security.access import current_principal
from app.security.signed_in import CompanyRef


def this_company() -> CompanyRef:
    """The company in the path; `requires` has seen that the person belongs to it."""
    principal = current_principal()
    if principal is None or principal.company is None:
        abort(404)
    return principal.company

"""What the pages of somebody's own account share: whose it is, and the layout of customers or of staff."""

from flask import abort

from app.fab.portal import PortalView
from app.security.access import current_principal
from app.security.principal import Principal
from app.views.navigation import home_url


class AccountPage(PortalView):
    """A page that needs nobody's company."""

    route_base = ""

    def render(self, template: str, **context: object) -> str:
        person = this_person()
        layout = "layouts/backoffice.html" if person.is_staff else "layouts/portal.html"
        return super().render(template, layout=layout, home_url=home_url(person), **context)


def this_person() -> Principal:
    """Who is signed in; the decorators of the pages have seen to it that somebody is."""
    person = current_principal()
    if person is None:
        abort(403)
    return person

"""Access in the portal, for tests: addresses of its pages, its forms, and who has it."""

import re

from sqlalchemy import select

from app.models import Membership
from app.security.cross_company import cross_company
from tests import cast

NEW = "neu@boulangerie-martin.example"


def url(client, path="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/company/access{path}"


def invitation_form(token, **values):
    given = {"emails": NEW, "role": "EMPLOYER_VIEWER", "reach": "all", "language": "fr"}
    return given | {"csrf_token": token} | values


def row_of(client, who):
    return cast.membership(client, who, cast.MARTIN)


def of(client, who, path=""):
    return url(client, f"/{row_of(client, who).public_id}{path}")


def stored(client, who, token, **values):
    """The form of somebody's access as its page shows it, with some answers changed."""
    page = client.get(of(client, who, "/edit")).text
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    role = re.search(r'name="role" value="(\w+)" checked', page)[1]
    kept = {"role": role, "reach": "all", "expires_on": "", "version": version}
    return kept | {"csrf_token": token} | values


def people(client):
    owner = cast.company(client, cast.MARTIN).id
    return {
        one.user_id for one in cast._all(client, select(Membership).filter_by(company_id=owner))
    }


def alter(app, who, **values):
    key = row_of(app, who).id
    with app.app_context(), cross_company("a test") as session:
        for name, value in values.items():
            setattr(session.get_one(Membership, key), name, value)
        session.commit()

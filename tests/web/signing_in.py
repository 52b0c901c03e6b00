"""How a test signs in as somebody of the cast: through the form, as everybody does."""

import re
from typing import TYPE_CHECKING, Any

from tests.cast import PASSWORD

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


def form_token(client: "FlaskClient", path: str = "/") -> str:
    """The token of the forms on a page, for the session that `client` has."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


def sign_in(
    client: "FlaskClient", email: str, password: str = PASSWORD, **request: Any
) -> "TestResponse":
    """Fill in the form on the first page and send it; `next` goes along when it is given."""
    data = {"email": email, "password": password, "csrf_token": form_token(client)}
    if "next" in request:
        data["next"] = request.pop("next")
    return client.post("/login", data=data, **request)


def read_english(client: "FlaskClient") -> None:
    """Choose English, as the switch at the top does; the cast reads other languages."""
    data = {"language": "en", "csrf_token": form_token(client, "/account")}
    client.post("/language", data=data)


def sign_out(client: "FlaskClient") -> "TestResponse":
    return client.post("/logout", data={"csrf_token": form_token(client, "/account")})

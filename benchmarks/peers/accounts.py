"""The one account of each peer, a superuser in French, and the way in through its form."""

import re

from benchmarks.client import Client, UnexpectedAnswer

USERNAME, PASSWORD = "peer", "peer-of-the-benchmarks"
FAB_SCHEMA, DJANGO_SCHEMA = "peer_fab", "peer_django"
URL_VARIABLE = "PEER_DATABASE_URL"


def sign_in_at_fab(client: Client) -> None:
    """Raises UnexpectedAnswer: it did not let us in."""
    _sign_in(client, "/login/", field="csrf_token")


def sign_in_at_django(client: Client) -> None:
    """Raises UnexpectedAnswer: it did not let us in."""
    _sign_in(client, "/admin/login/?next=/admin/", field="csrfmiddlewaretoken")


def _sign_in(client: Client, path: str, *, field: str) -> None:
    form = client.get(path).text
    found = re.search(rf'name="{field}"[^>]*value="([^"]+)"', form)
    if found is None:
        raise UnexpectedAnswer(f"{path}: no form to sign in with")
    answer = client.post(path, {"username": USERNAME, "password": PASSWORD, field: found[1]})
    if answer.status != 302 or "login" in _location(answer.headers):
        raise UnexpectedAnswer(f"{path}: answered with {answer.status}")


def _location(headers: str) -> str:
    found = re.search(r"(?im)^location: (\S+)", headers)
    return found[1] if found else ""

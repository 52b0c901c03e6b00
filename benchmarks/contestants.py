"""Who takes part in the interleaved run, and how somebody is signed in at each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cli.demo.people import PASSWORD
from benchmarks.client import Client
from benchmarks.serving import Server

if TYPE_CHECKING:
    from benchmarks.pages import Page

PRODUCT, FLOOR, FAB, DJANGO = "product", "floor", "fab", "django"
SQLITE, BASE = "sqlite", "base"
"""The product again: on a SQLite file of the same size, and on a PostgreSQL of 10,000 invoices."""
NAMES: Mapping[str, str] = {
    PRODUCT: "the product",
    FLOOR: "floor",
    FAB: "plain FAB",
    DJANGO: "Django admin",
    SQLITE: "the product on SQLite",
    BASE: "the product at 10,000",
}


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server with its pages by key. `kind` says whose addresses it has: SQLITE and BASE are the product's."""

    name: str
    kind: str
    server: Server
    pages: Mapping[str, "Page"]
    enter: Callable[[Client, str], None]
    breaks_ties: bool = True
    """Whether documents of one day stand in the order of their arrival."""

    def path(self, key: str) -> str | None:
        page = self.pages.get(key)
        return page.paths.get(self.kind) if page else None


def product(name: str, server: Server, pages: Sequence["Page"]) -> Contestant:
    """The product, in whichever database: through the form of its first page."""
    return Contestant(name, PRODUCT, server, _by_key(pages), sign_in_at_product)


def floor(server: Server, pages: Sequence["Page"], users: Mapping[str, int]) -> Contestant:
    def enter(client: Client, who: str) -> None:
        client.get(f"/enter/{users[who]}")

    return Contestant(FLOOR, FLOOR, server, _by_key(pages), enter)


def plain_fab(server: Server, pages: Sequence["Page"]) -> Contestant:
    """Its superuser, whoever is meant: it knows nobody of ours."""
    from benchmarks.peers.accounts import sign_in_at_fab

    return Contestant(
        FAB, FAB, server, _by_key(pages), lambda client, _who: sign_in_at_fab(client),
        breaks_ties=False,  # base_order takes one column
    )  # fmt: skip


def django_admin(server: Server, pages: Sequence["Page"]) -> Contestant:
    from benchmarks.peers.accounts import sign_in_at_django

    return Contestant(
        DJANGO, DJANGO, server, _by_key(pages), lambda client, _who: sign_in_at_django(client)
    )


def sign_in_at_product(client: Client, who: str) -> None:
    """Raises UnexpectedAnswer: they were not let in."""
    client.sign_in(who, PASSWORD)


def _by_key(pages: Sequence["Page"]) -> dict[str, "Page"]:
    return {page.key: page for page in pages}

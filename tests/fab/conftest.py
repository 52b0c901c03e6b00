"""The toy back-office with a few bills, on the database of the round."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, func, select

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.databases import Database

DAY = date(2026, 1, 1)


@dataclass
class Toy:
    app: "Flask"
    db: Any

    @property
    def client(self) -> "FlaskClient":
        return self.app.test_client()

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The statements that reach the database meanwhile."""
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        with self.app.app_context():
            engine = self.db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    def count(self, model: Any) -> int:
        with self.app.app_context():
            return self.db.session.scalar(select(func.count()).select_from(model))

    def texts(self, column: Any) -> list[str]:
        with self.app.app_context():
            return list(self.db.session.scalars(select(column).order_by(column)))

    def key(self, model: Any, **values: Any) -> str:
        with self.app.app_context():
            item = self.db.session.scalars(select(model).filter_by(**values)).one()
            return str(getattr(item, "public_id", item.id))

    def add(self, *items: Any) -> None:
        with self.app.app_context():
            self.db.session.add_all(items)
            self.db.session.commit()

    def post(self, url: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Post as a browser does: with the token of a page that the same visitor has seen."""
        client = kwargs.pop("client", None) or self.client
        page = client.get("/billview/add").get_data(as_text=True)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        return client.post(url, data={**(data or {}), "csrf_token": token}, **kwargs)


@pytest.fixture(scope="session")
def toy_built(
    spare_database: "Database",
) -> Toy:
    """One application a run: FAB keeps what it finds out on the classes of the views."""
    from tests.fab.toy import make_toy

    return Toy(*make_toy(spare_database.addresses.owner))


@pytest.fixture
def toy(toy_built: Toy) -> Iterator[Toy]:
    """The toy with two companies and their bills; numbers, dates and amounts have ties."""
    from tests.fab.toy import ToyBase, ToyCompany, visible_companies

    with toy_built.app.app_context():
        engine = create_engine(toy_built.db.engine.url)
    ToyBase.metadata.create_all(engine)
    visible_companies.set(None)
    toy_built.add(ToyCompany(name="Alpha"))
    toy_built.add(ToyCompany(name="Beta"))
    toy_built.add(*bills(60), *bills(3, company=2, prefix="B"))
    yield toy_built
    with toy_built.app.app_context():
        toy_built.db.session.remove()
        toy_built.db.engine.dispose()
    ToyBase.metadata.drop_all(engine)
    engine.dispose()
    toy_built.app.extensions["appbuilder"].sm.allowed = None


def bills(count: int, *, company: int = 1, prefix: str = "A") -> list[Any]:
    from tests.fab.toy import Kind, ToyBill

    return [
        ToyBill(
            company_id=company,
            number=f"{prefix}{number:05}",
            kind=Kind.CREDIT if number % 5 == 0 else Kind.BILL,
            issued_on=DAY + timedelta(days=number // 7),
            paid_on=None if number % 3 == 0 else DAY + timedelta(days=number % 4),
            cents=100 * (number % 6),
            is_flagged=number % 2 == 0,
        )
        for number in range(count)
    ]


@pytest.fixture
def hidden_beta() -> Iterator[Callable[[], None]]:
    """Only the rows of Alpha are visible, as a scope would have it."""
    from tests.fab.toy import visible_companies

    token = visible_companies.set((1,))
    yield lambda: None
    visible_companies.reset(token)


def links(page: str, rel: str) -> list[str]:
    """Addresses of the links of a page with a `rel`."""
    return [
        unescape(part.split('"')[0])
        for part in page.split('href="')[1:]
        if f'rel="{rel}"' in part.split(">")[0]
    ]

"""Wall 3: every route, by everybody, with other people's identifiers, in every verb.

No text of another company may appear, none of its rows may change, nothing may fail, and who is let
in is what the table of permissions says.
"""

import re
from html import escape
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from app.domain.roles import EMPLOYER_ROLES, Role
from app.models import (
    Address,
    ChangeRequest,
    Company,
    Contact,
    Document,
    ImportBatch,
    Invitation,
    Invoice,
    Membership,
    Payment,
    SavedFilter,
)
from app.security.permissions import may_use_screen, permissions_of
from tests import cast
from tests.tenancy.routes import ROUTES, Anybody, Generated, Route
from tests.tenancy.stranger import STRANGERS, print_of, rows_of, secrets_of

OTHER_VERBS = ("PUT", "DELETE", "PATCH")
ROLES = {
    cast.CLAIRE: Role.EMPLOYER_ADMIN,
    cast.BRUNO: Role.EMPLOYER_BILLING,
    cast.VERA: Role.EMPLOYER_VIEWER,
    cast.LEA: Role.EMPLOYER_BILLING,
    cast.PIETER: Role.EMPLOYER_ADMIN,
    cast.INES: Role.EMPLOYER_BILLING,
    cast.MARC: Role.ACCOUNT_MANAGER,
    cast.NORA: Role.ACCOUNT_MANAGER,
    cast.ANA: Role.AUDITOR,
    cast.SOFIA: Role.PLATFORM_ADMIN,
}
OWNED = {
    ChangeRequest,
    Company,
    Address,
    Contact,
    Invoice,
    Document,
    Membership,
    Invitation,
    ImportBatch,
    Payment,
    SavedFilter,
}
WORDS = {"name", "public_name", "relation", "secret", "token"}
"""Names of route arguments that are no keys."""
FORMS = (Company, Address, Contact, Invoice, Document, Payment)


def test_every_route_is_on_the_list(built_app):
    rules = {rule.endpoint for rule in built_app.url_map.iter_rules()}

    assert sorted(rules - set(ROUTES)) == [], "say in tests/tenancy/routes.py who may use it"


@pytest.mark.timeout(170)
@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_no_route_shows_or_changes_what_is_somebody_elses(who, app):
    sweep = Sweep(app, who)
    before = sweep.print()

    problems = [problem for rule in sweep.rules() for problem in sweep.walk(rule)]

    assert not problems, "\n".join(problems)
    assert sweep.print() == before


def test_a_wall_that_is_down_is_noticed(app, monkeypatch, request):
    if request.config.getoption("--db") == "postgresql":
        pytest.skip("there the second wall stands behind the first")
    monkeypatch.setattr("app.security.tenancy.narrowed", lambda statement, _scope: statement)
    sweep = Sweep(app, STRANGERS["an outsider"])
    rules = [rule for rule in sweep.rules() if rule.endpoint in {"invoices.show", "addresses.show"}]

    problems = [problem for rule in rules for problem in sweep.walk(rule)]

    assert any(" shows " in problem for problem in problems)


class Sweep:
    """One person's walk over all routes."""

    def __init__(self, app, who):
        self.app, self.who = app, who
        self.role = ROLES.get(who.email)
        self.client = app.test_client()
        self.elses_browser = app.test_client()
        cast.sign_in(self.elses_browser, cast.NORA if who.email != cast.NORA else cast.MARC)
        with self._system() as session:
            self.secrets = secrets_of(session, who)
            self.rows = {
                kind: rows_of(session, kind, who)[:2]
                for kind in {*FORMS, *(one.rows for one in ROUTES.values() if one.rows)}
            }
            session.expunge_all()
        victim = cast.company(app, who.victim)
        self.victim, self.victim_number = victim.public_id, victim.id
        self.own = cast.company_id(app, who.own) if who.own else None
        self._sign_in()

    def print(self):
        with self._system() as session:
            return print_of(session, self.who)

    def rules(self):
        known = (rule for rule in self.app.url_map.iter_rules() if rule.endpoint in ROUTES)
        return sorted(known, key=lambda rule: rule.rule)

    def walk(self, rule):
        """Give what is wrong about one route."""
        for number, address in enumerate(self._addresses(rule)):
            verbs = ("GET", "POST", *(("HEAD", *OTHER_VERBS) if number == 0 else ()))
            for verb in verbs:
                yield from self._ask(rule, verb, address)

    def _ask(self, rule, verb, address):
        said = f"{verb} {address}"
        answer = self.client.open(
            address,
            method=verb,
            data=self._form() if verb == "POST" else None,
            headers={"X-CSRFToken": self.token} if verb != "GET" else {},
        )
        if answer.status_code >= 500:
            yield f"{said}: {answer.status_code}"
        yield from self._leaks(said, answer)
        if verb == "GET" and "GET" in rule.methods:
            yield from self._admits(said, rule, address, answer.status_code)
        if verb in OTHER_VERBS and answer.status_code < 300:
            yield f"{said}: {answer.status_code}"
        if verb == "POST" and rule.endpoint.split(".")[0] in {"auth", "account"}:
            self._sign_in()

    def _leaks(self, said, answer):
        headers = " ".join(value for name, value in answer.headers if name != "Set-Cookie")
        page = headers + answer.get_data().decode(errors="replace")
        for secret in self.secrets:
            if any(spelled in page for spelled in {secret, escape(secret), quote(secret)}):
                yield f"{said} shows {secret!r}"

    def _admits(self, said, rule, address, status):
        route = ROUTES[rule.endpoint]
        allowed = self._expected(route, address)
        if status not in allowed:
            yield f"{said}: {status}, expected {sorted(allowed)}"

    def _expected(self, route: Route, address: str) -> set[int]:
        audience = route.audience
        if audience is Anybody.PUBLIC:
            return {200, 302, 303, 400, 404, 410}
        if self.who.email is None:
            return {302, 303}
        is_own = self.own is not None and f"/c/{self.own}" in address
        if self._is_of_a_company(audience) and not is_own:
            return {404}
        if not self._may(audience):
            return {403}
        if route.every_address and self.who.email == cast.LEA:
            return {403, 404}
        # Rows of another company do not exist, but for an auditor.
        is_foreign = route.rows is not None and not self.who.reads_all
        return {404} if is_foreign and route.rows in OWNED else {200, 302, 303, 400, 404}

    def _may(self, audience):
        if isinstance(audience, Generated):
            return any(may_use_screen(self.role, audience.screen, one) for one in audience.methods)
        return audience is Anybody.SIGNED_IN or audience in permissions_of(self.role)

    @staticmethod
    def _is_of_a_company(permission):
        return any(permission in permissions_of(role) for role in EMPLOYER_ROLES)

    def _addresses(self, rule):
        """The route filled in: with what is foreign, what is nobody's and what is no key at all."""
        companies = [self.victim, uuid4(), *([self.own] if self.own else [])]
        if "company_id" not in rule.arguments:
            companies = companies[:1]
        for company in companies:
            for values in self._arguments(rule):
                with self.app.test_request_context():
                    built = rule.build({"company_id": company, **values}, append_unknown=False)
                if built is not None:
                    yield built[1]
        if not rule.arguments - {"company_id"}:
            yield from self._filtered(rule)

    def _arguments(self, rule):
        """What may stand in the address beside the company."""
        route = ROUTES[rule.endpoint]
        named = sorted(rule.arguments - {"company_id"})
        keys = [name for name in named if name not in WORDS]
        words = [name for name in named if name in WORDS]
        for key in self._keys(route) if keys else [None]:
            if type(key) is not UUID and any(_is_uuid(rule, name) for name in keys):
                continue
            for word in route.words if words else [None]:
                # Which of several parts: the first, or there would be nothing to refuse.
                numbers = {name: 1 for name in keys if _is_number(rule, name)}
                yield dict.fromkeys(keys, key) | numbers | dict.fromkeys(words, word)

    def _keys(self, route):
        for row in self.rows.get(route.rows, ()):
            yield from filter(None, (getattr(row, "public_id", None), row.id))
        yield uuid4()
        yield "x'--"

    def _filtered(self, rule):
        """Lists and forms asked for somebody else's: filters, and empty forms made for a company."""
        with self.app.test_request_context():
            path = rule.build({"company_id": self.own or self.victim}, append_unknown=False)[1]
        address = self.rows[Address][0]
        for query in (
            f"company={self.victim}&address={address.public_id}",
            f"company_id={self.victim_number}&address_id={address.id}",
            f"_flt_0_company_id={self.victim}&_flt_1_company_id={self.victim}&_flt_1_company_id=a",
            f"next=https://elsewhere.example/{self.victim}",
        ):
            yield f"{path}?{query}"

    def _form(self):
        """Everything a form may be sent that is the victim's."""
        address = self.rows[Address][0]
        return {
            "company": str(self.victim),
            "company_id": str(self.victim_number),
            "address": str(address.public_id),
            "address_id": str(address.id),
            "public_id": str(self.victim),
            "rowid": [str(row.public_id) for kind in FORMS for row in self.rows[kind]],
            "action": "delete",
            "confirmed": "1",
            "name": "Swept in",
            "email": "swept@example.com",
            "topic": "GENERAL",
            "delivery_mode": "EMAIL",
            "country": "BE",
            "language": "fr",
            "vat_status": "LIABLE",
            "invoice": str(self.rows[Invoice][0].public_id),
            "former": str(self.rows[Invoice][0].public_id),
            "amount": "1,00",
            "currency": "EUR",
            "received_on": "2026-01-02",
            "communication": "Swept in",
            "reason": "Swept in",
            "once": "swept",
            "decision": "accept",
        }

    def _sign_in(self):
        if self.who.email is not None:
            self.token = cast.sign_in(self.client, self.who.email)
            return
        page = self.client.get("/login").get_data(as_text=True)
        self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def _system(self):
        from tests.cast import _opened

        return _opened(self.app)


def _is_uuid(rule, name):
    return type(rule._converters[name]).__name__ == "UUIDConverter"


def _is_number(rule, name):
    return type(rule._converters[name]).__name__ == "IntegerConverter"

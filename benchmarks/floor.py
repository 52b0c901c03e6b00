"""The floor: the least a page can cost. Flask, a signed cookie, one statement by hand, one template.

No translation, no layout, no row-level security, no session table; what it leaves out is what the
product is compared with. It reads the same settings, and the tables as the role that sees all rows.
"""

import threading
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
from flask import Flask, Response, abort, render_template, request, session
from psycopg.rows import namedtuple_row

from app.domain.clock import today
from config import Settings, load_settings

ROWS = 25
_COLUMNS = (
    "i.id, i.public_id, i.number, i.kind, i.issued_on, i.due_on, i.currency, i.signed_cents, "
    "i.open_cents, i.payment_state"
)
# The check is a one-time filter: written as a sub-select for the company, PostgreSQL would plan for the average one.
_MINE = (
    "i.company_id = %(company)s AND EXISTS (SELECT 1 FROM membership m "
    "WHERE m.user_id = %(user)s AND m.company_id = %(company)s)"
)
_LIST = (
    f"SELECT {_COLUMNS}, a.name AS place FROM invoice i JOIN address a ON a.id = i.address_id "
    f"WHERE {_MINE} {{more}} ORDER BY i.issued_on DESC, i.id DESC LIMIT {ROWS + 1}"
)
_EVERYBODY = (
    f"SELECT {_COLUMNS}, c.name AS place FROM invoice i JOIN company c ON c.id = i.company_id "
    f"ORDER BY i.issued_on DESC, i.id DESC LIMIT {ROWS + 1}"
)
_INVOICE = (
    f"SELECT {_COLUMNS}, c.content FROM invoice i JOIN invoice_content c ON c.invoice_id = i.id "
    f"WHERE i.public_id = %(invoice)s AND {_MINE}"
)
_PDF = (
    "SELECT d.sha256 FROM document d "
    "JOIN invoice i ON i.company_id = d.company_id AND i.id = d.invoice_id "
    f"WHERE d.format = 'PDF' AND i.public_id = %(invoice)s AND {_MINE}"
)


def create_app() -> Flask:
    """The floor on the settings of the environment."""
    settings = load_settings()
    app = Flask(__name__, static_folder=None)
    app.secret_key = settings.secret_key.get_secret_value()
    app.config["SESSION_COOKIE_NAME"] = "floor"
    app.extensions["settings"] = settings
    app.add_url_rule("/enter/<int:user>", view_func=enter)
    app.add_url_rule("/all", view_func=everybody)
    app.add_url_rule("/<int:company>/", view_func=index)
    app.add_url_rule("/<int:company>/<uuid:invoice>", view_func=show)
    app.add_url_rule("/<int:company>/<uuid:invoice>.pdf", view_func=pdf)
    return app


def enter(user: int) -> str:
    """Sign a cookie: nobody's password is asked for on the floor."""
    session["user"] = user
    return ""


def index(company: int) -> str:
    """One page of a company's documents: by key, by state and year, by a number or a part of one."""
    more, values = "", {"company": company, "user": session["user"]} | request.args.to_dict()
    if "after" in values:
        more += " AND (i.issued_on, i.id) < (%(after)s::date, %(id)s::int)"
    if "state" in values:
        more += " AND i.kind = 'INVOICE' AND i.payment_state = %(state)s"
    if "since" in values:
        more += " AND i.issued_on >= %(since)s::date AND i.issued_on <= %(until)s::date"
    if "number" in values:
        values["beyond"] = values["number"][:-1] + chr(ord(values["number"][-1]) + 1)
        more += " AND i.number >= %(number)s AND i.number < %(beyond)s"
    if "part" in values:
        values["part"] = f"%{values['part']}%"
        more += " AND i.search_text LIKE %(part)s"
    rows = _connection().execute(_LIST.format(more=more), values).fetchall()
    return _page(rows)


def everybody() -> str:
    """The newest documents of all companies."""
    if "user" not in session:
        abort(403)
    return _page(_connection().execute(_EVERYBODY).fetchall())


def show(company: int, invoice: UUID) -> str:
    """One document with its lines."""
    values = {"company": company, "user": session["user"], "invoice": invoice}
    row = _connection().execute(_INVOICE, values).fetchone()
    return render_template("floor_invoice.html", row=row) if row else abort(404)


def pdf(company: int, invoice: UUID) -> Response:
    """The stored file of one document."""
    values = {"company": company, "user": session["user"], "invoice": invoice}
    row = _connection().execute(_PDF, values).fetchone()
    if row is None:
        abort(404)
    folder = Path(_settings().storage_url.removeprefix("file://"))
    data = (folder / "sha256" / row.sha256[:2] / row.sha256[2:]).read_bytes()
    return Response(data, mimetype="application/pdf")


def _page(rows: list[Any]) -> str:
    return render_template("floor_list.html", rows=rows[:ROWS], more=rows[ROWS:], today=today())


_own = threading.local()


def _connection() -> psycopg.Connection[Any]:
    """One for each thread, without transactions: nothing here needs any."""
    if not hasattr(_own, "connection"):
        url = _settings().database_system_url.get_secret_value().replace("+psycopg", "")
        _own.connection = psycopg.connect(
            url,
            autocommit=True,
            row_factory=namedtuple_row,
            options="-c plan_cache_mode=force_custom_plan",
        )
    return cast("psycopg.Connection[Any]", _own.connection)


def _settings() -> Settings:
    from flask import current_app

    return cast("Settings", current_app.extensions["settings"])

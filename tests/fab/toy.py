"""A small back-office over tables of its own: what the base classes do, without the product."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Flask
from flask_appbuilder.actions import action
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader, StrictUndefined
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    event,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    relationship,
    with_loader_criteria,
)
from wtforms import StringField
from wtforms.validators import InputRequired

from app.domain.clock import now
from app.domain.errors import DomainError
from app.fab.builder import AppBuilder, current_builder
from app.fab.interface import TenantInterface
from app.fab.portal import PortalView, expose
from app.fab.recording import Change
from app.fab.redirects import see_other
from app.fab.views import ReadOnlyModelView, TenantModelView
from app.models.base import UtcDateTime, text_enum
from app.views.assets import register_assets
from app.views.formats import register_formats
from app.views.fragments import register_fragments

TEMPLATES = Path(__file__).resolve().parents[2] / "app" / "templates"
REFUSED_NUMBER = "REFUSED"
visible_companies: ContextVar[tuple[int, ...] | None] = ContextVar("visible", default=None)


class ToyBase(DeclarativeBase):
    pass


class Kind(StrEnum):
    BILL = "BILL"
    CREDIT = "CREDIT"


class ToyOwned:
    """Rows of one company: the toy's scope hides the others'."""

    company_id: Mapped[int] = mapped_column(ForeignKey("toy_company.id"))


class ToyCompany(ToyBase):
    __tablename__ = "toy_company"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    name: Mapped[str] = mapped_column(String(100))

    def __str__(self) -> str:
        return self.name


class ToyBill(ToyOwned, ToyBase):
    __tablename__ = "toy_bill"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("company_id", "number", name="uq_toy_number"),
        CheckConstraint("cents <> 13", name="unlucky"),
        Index("ix_toy_bill_issued", "issued_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    number: Mapped[str] = mapped_column(String(30))
    kind: Mapped[Kind] = mapped_column(text_enum(Kind))
    issued_on: Mapped[date]
    paid_on: Mapped[date | None]
    cents: Mapped[int]
    is_flagged: Mapped[bool] = mapped_column(default=False)
    memo: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    company: Mapped[ToyCompany] = relationship()

    def __str__(self) -> str:
        return self.number


class ToyLine(ToyOwned, ToyBase):
    __tablename__ = "toy_line"
    __table_args__ = (
        UniqueConstraint("company_id", "label", name="uq_toy_line_label"),
        ForeignKeyConstraint(["company_id", "bill_id"], ["toy_bill.company_id", "toy_bill.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bill_id: Mapped[int]
    label: Mapped[str] = mapped_column(String(50))
    bill: Mapped[ToyBill] = relationship()

    def __str__(self) -> str:
        return self.label


class ToyEvent(ToyBase):
    __tablename__ = "toy_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(2000))


class Refused(DomainError):
    code = "already_exists"


def record_change(
    session: Session, change: Change, item: object, changes: Mapping[str, tuple[object, object]]
) -> None:
    fields = ",".join(sorted(changes))
    session.add(ToyEvent(text=f"{change} {item} {fields}"))
    if str(item) == REFUSED_NUMBER:
        raise Refused(field="number")


class ToySecurity(SecurityManager):
    """Lets anybody do what is listed; keeps its answers in memory, as the product does."""

    allowed: set[str] | None = None

    def create_jwt_manager(self, app: Flask) -> None:
        """No tokens."""

    def load_user(self, pk: int) -> None:
        return None

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return self.allowed is None or f"{view_name}.{permission_name}" in self.allowed


class LineView(TenantModelView):
    datamodel = TenantInterface(ToyLine)
    class_permission_name = "Lines"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    list_columns = ["label", "bill.number"]
    show_columns = ["label", "bill"]
    add_columns = edit_columns = ["bill", "label"]
    list_title = "Lines"

    def create(self, item, form):
        """Stands for a service, which flushes by itself and leaves the commit to its caller."""
        self.datamodel.session.add(item)
        self.datamodel.session.flush()
        self.datamodel.session.commit()


class BillView(TenantModelView):
    datamodel = TenantInterface(ToyBill)
    class_permission_name = "Bills"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    list_columns = ["number", "company", "kind", "issued_on", "paid_on", "cents"]
    show_columns = ["number", "company.name", "kind", "issued_on", "memo", "created_at"]
    add_columns = ["company", "number", "kind", "issued_on", "paid_on", "cents", "memo"]
    edit_columns = ["number", "kind", "issued_on", "paid_on", "cents", "is_flagged"]
    search_columns = ["number", "kind", "issued_on", "is_flagged", "created_at", "cents"]
    order_columns = ["number", "kind", "issued_on", "paid_on", "cents", "created_at", "is_flagged"]
    base_order = ("issued_on", "desc")
    related_views = [LineView]
    list_title = "Bills"

    @action("flag", "Flag", confirmation="Flag these bills?")
    def flag(self, items):
        for item in items if isinstance(items, list | tuple) else [items]:
            item.is_flagged = True
        self.datamodel.session.commit()
        return see_other(self.url("list"))


class CompanyView(ReadOnlyModelView):
    datamodel = TenantInterface(ToyCompany)
    class_permission_name = "Companies"
    list_columns = ["name"]
    prefix_columns = ["name"]
    show_columns = ["name"]
    search_columns = ["name"]
    order_columns = ["name"]
    related_views = [BillView]


class NoteForm(FlaskForm):
    number = StringField("Number", [InputRequired()])


class NoteView(PortalView):
    """A written page, whose form refuses some numbers."""

    route_base = "/note"
    endpoint_name = "note"
    form_template = "toy/note.html"

    def form_context(self) -> dict[str, object]:
        return {"lead": "Write a note"}

    @expose("/", methods=["GET"])
    def show(self):
        return self.render_form(NoteForm())

    @expose("/", methods=["POST"])
    def save(self):
        form = NoteForm()
        if not form.validate():
            return self.render_form(form, status=422)
        session = current_builder().session
        session.add(ToyCompany(name=form.number.data))
        session.flush()
        number = str(form.number.data)
        if number.startswith("REFUSED"):
            field = "number" if number.endswith("FIELD") else None
            return self.refuse(Refused(field=field), form)
        session.commit()
        return self.saved("Noted", "/note/")

    @expose("/stop", methods=["POST"])
    def stop(self):
        return self.refuse(Refused(), url="/note/")


NOTE_PAGE = """
{% from "components/forms.html" import form as post_form, field %}
{% for category, message in get_flashed_messages(with_categories=true) %}[{{ category }}: {{ message }}]{% endfor %}
<p>{{ lead }}</p>{% call post_form(form) %}{{ field(form.number) }}{% endcall %}
"""


def make_toy(url: str) -> tuple[Flask, SQLAlchemy]:
    """The application over the toy's tables, which must be made by the caller."""
    app = Flask("toy", static_folder=None)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(TEMPLATES), DictLoader({"toy/note.html": NOTE_PAGE})]
    )
    app.config.update(
        SECRET_KEY="toy-toy-toy-toy",
        SQLALCHEMY_DATABASE_URI=url,
        WTF_CSRF_ENABLED=True,
        TESTING=True,
    )
    app.jinja_env.undefined = StrictUndefined
    db = SQLAlchemy(model_class=ToyBase)
    db.init_app(app)
    CSRFProtect(app)
    Babel(app)
    register_assets(app)
    register_formats(app)
    register_fragments(app)
    _give_layout_its_names(app)
    with app.app_context():
        builder = AppBuilder(security_manager_class=ToySecurity, record_change=record_change)
        builder.init_app(app, db.session)
        for view in (LineView, BillView, CompanyView, NoteView):
            builder.add_view_no_menu(view)
        event.listen(db.session, "do_orm_execute", _scope)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _keep_foreign_keys)
    return app, db


def _keep_foreign_keys(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


def _scope(state: ORMExecuteState) -> None:
    companies = visible_companies.get()
    if companies is None or not state.is_select or state.is_column_load:
        return
    state.statement = state.statement.options(
        with_loader_criteria(
            ToyOwned, lambda cls: cls.company_id.in_(companies), include_aliases=True
        ),
        with_loader_criteria(ToyCompany, lambda cls: cls.id.in_(companies), include_aliases=True),
    )


def _give_layout_its_names(app: Flask) -> None:
    language, account, auth = (
        Blueprint(name, __name__) for name in ("language", "account", "auth")
    )
    language.add_url_rule("/language", "change", lambda: "", methods=["POST"])
    account.add_url_rule("/account", "show", lambda: "")
    auth.add_url_rule("/logout", "sign_out", lambda: "", methods=["POST"])
    for blueprint in (language, account, auth):
        app.register_blueprint(blueprint)
    app.context_processor(
        lambda: {
            "principal": None,
            "company": None,
            "navigation": [],
            "issuer": SimpleNamespace(name="Toy", contact_email="toy@issuer.example"),
            "locale": "en",
            "languages": [("en", "English")],
        }
    )

"""The back-office's payments: listed, recorded by hand, shown with what they pay."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar
from uuid import uuid4

from flask import flash, g
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from app.domain.clock import today
from app.domain.communications import without_accounts
from app.domain.errors import DomainError
from app.domain.payments import LONGEST_TEXT, PaymentOrigin
from app.domain.typed_amounts import read_cents
from app.domain.typed_text import checked_line
from app.extensions import db
from app.fab.access import guarded
from app.fab.filters import Is
from app.fab.interface import TenantInterface
from app.fab.messages import message_for
from app.fab.portal import expose
from app.fab.redirects import see_other
from app.models import Payment
from app.security.permissions import Screen
from app.services.allocations import NewPayment
from app.services.history import history_of
from app.services.payments.payment_page import paid_invoices
from app.services.payments.receiving import match_again, receive
from app.services.payments.undoing import last_step
from app.views.backoffice.payment_acts import PaymentActs
from app.views.backoffice.payment_words import (
    communication_words,
    company_words,
    payer_words,
    payment_facts,
)
from app.views.formats import day, money
from app.views.history_words import history_lines

MOST_MATCHED = 500
"""Payments that one press of the button tries."""
SOMETHING_LEFT, UNUSED, UNKNOWN_PAYER = "LEFT", "UNUSED", "UNKNOWN"


class HasLeft(Is):
    """Something is left, nothing was used yet, or nobody knows whose it is."""

    def read(self, raw: str) -> object:
        if raw not in {SOMETHING_LEFT, UNUSED, UNKNOWN_PAYER}:
            raise ValueError("payments are filtered by what is left of them in three ways")
        return raw

    def apply(self, query: Any, value: object) -> Any:
        # In each the words of the index that holds the few with something left.
        query = query.filter(Payment.has_left())
        if value == UNUSED:
            return query.filter(Payment.left_cents == Payment.amount_cents)
        return query.filter(Payment.company_id.is_(None)) if value == UNKNOWN_PAYER else query


class PaymentView(PaymentActs):
    endpoint_name = "payments"
    route_base = "/backoffice/payments"
    datamodel = TenantInterface(Payment)
    class_permission_name = Screen.PAYMENTS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_act"]
    section = "payments"
    list_template = "backoffice/payment_list.html"
    list_title = _("Payments")
    show_title = _("Payment")
    add_title = _("Record a payment")
    list_columns: ClassVar[list[str]] = [
        "received_on",
        "company",
        "payer_name",
        "communication",
        "amount_cents",
        "left_cents",
        "use",
    ]
    show_columns: ClassVar[list[str]] = list_columns
    add_columns: ClassVar[list[str]] = [
        "company",
        "amount",
        "currency",
        "received_on",
        "communication",
        "payer_name",
        "once",
    ]
    search_columns = ("payer_name", "communication", "received_on")
    order_columns = ("received_on",)
    base_order = ("received_on", "desc")
    amount_columns: ClassVar[list[str]] = ["amount_cents", "left_cents"]
    add_row_message = _("The payment is recorded.")
    label_columns: ClassVar[dict[str, Any]] = {
        "received_on": _("Received on"),
        "company": _("Company"),
        "payer_name": _("Payer"),
        "communication": _("Communication"),
        "amount_cents": _("Amount"),
        "left_cents": _("Left"),
        "currency": _("Currency"),
        "use": _("Status"),
    }
    description_columns: ClassVar[dict[str, Any]] = {
        "company": _("Leave it empty while you do not know whose payment it is."),
        "communication": _("A structured communication, or what the payer wrote."),
    }
    row_formatters: ClassVar[dict[str, Any]] = {
        "amount_cents": lambda row: money(row.amount_cents, row.currency),
        "left_cents": lambda row: money(row.left_cents, row.currency),
        "company": company_words,
        "payer_name": payer_words,
    }
    formatters_columns: ClassVar[dict[str, Any]] = {"communication": communication_words}
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "amount": StringField(_("Amount"), [InputRequired(_("Fill in this field."))]),
        "currency": StringField(
            _("Currency"), [InputRequired(_("Fill in this field.")), Length(3, 3)], default="EUR"
        ),
        "received_on": DateField(
            _("Received on"), [InputRequired(_("Fill in this field."))], default=today
        ),
        # A form that is sent twice records one payment.
        "once": HiddenField(default=lambda: uuid4().hex),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        acts = {"allocate", "move", "take_back", "give", "take_from", "undo", "match"}
        self.include_route_methods |= acts

    def _init_properties(self) -> None:
        super()._init_properties()
        left = HasLeft("left_cents", self.datamodel)
        self._filters.get_search_filters()["left_cents"] = [left]

    def _search_input(self, column: str, number: int, one: Any, offered: Any) -> Any:
        drawn = super()._search_input(column, number, one, offered)
        is_left = column == "left_cents"
        return replace(drawn, label=gettext("Status")) if drawn and is_left else drawn

    def _input_kind(self, column: str, one: Any) -> tuple[str, list[tuple[str, str]]]:
        if column != "left_cents":
            return super()._input_kind(column, one)
        ways = {
            "": gettext("All"),
            SOMETHING_LEFT: gettext("Something is left"),
            UNUSED: gettext("Not allocated"),
            UNKNOWN_PAYER: gettext("Unknown payer"),
        }
        return "select", list(ways.items())

    def _create(self, item: Payment, form: Any) -> None:
        session, currency = db.session(), form.currency.data.strip().upper()
        company = form.company.data
        new = NewPayment(
            company_id=company.id if company is not None else None,
            amount_cents=read_cents(form.amount.data, currency),
            currency=currency,
            received_on=form.received_on.data,
            source=PaymentOrigin.MANUAL.value,
            external_reference=checked_line(form.once.data, field="once", longest=40),
            communication=_kept(form, "communication"),
            payer_name=_kept(form, "payer_name"),
        )
        payment = receive(session, new, today=today())
        session.commit()
        g.recorded_payment = str(payment.public_id)
        for sentence in _came_to_pay(payment):
            flash(sentence, "info")

    def post_add_redirect(self) -> Response:
        return see_other(self.url("show", pk=g.recorded_payment))

    @expose("/show/<pk>", methods=["GET"])
    @guarded()
    def show(self, pk: str) -> str:
        """A payment with what it pays, what may be done with it, and what was done."""
        item, session = self._item(pk), db.session()
        return self._page(
            "backoffice/payment.html",
            self.show_title,
            {},
            item=item,
            name=gettext("Payment of %(day)s", day=day(item.received_on)),
            facts=payment_facts(item),
            paid=paid_invoices(session, item),
            lines=history_lines(history_of(session, Payment.__tablename__, item.id)),
            may_act=self.may("act"),
            may_undo=self.may("act") and last_step(session, item) is not None,
            list_url=self.url("list"),
            urls={name: self.url(name, pk=pk) for name in _ACTS},
        )

    @expose("/match", methods=["POST"])
    @guarded("act")
    def match(self) -> Response:
        """Try what is left once more: an invoice may have come since its payment."""
        session = db.session()
        try:
            found = match_again(session, limit=MOST_MATCHED)
        except DomainError as error:
            session.rollback()
            flash(message_for(error), "bad")
        else:
            session.commit()
            flash(_matched(found), "ok" if found else "info")
        return see_other(self.url("list", _flt_0_left_cents=SOMETHING_LEFT))


def _kept(form: Any, name: str) -> str | None:
    """What was typed, without account numbers. Raises TextTooLong."""
    line = checked_line(form[name].data, field=name, longest=LONGEST_TEXT)
    return without_accounts(line) if line else None


_ACTS = ("allocate", "move", "take_back", "give", "take_from", "undo")


def _came_to_pay(payment: Payment) -> Iterator[str]:
    """What the payment came to pay at once, or that it waits."""
    for one in paid_invoices(db.session(), payment):
        yield gettext(
            "It pays %(amount)s of %(number)s.",
            amount=money(one.amount_cents, payment.currency),
            number=one.number,
        )
    if payment.left_cents:
        yield gettext(
            "%(left)s of it pays nothing yet.", left=money(payment.left_cents, payment.currency)
        )


def _matched(found: int) -> str:
    if not found:
        return gettext("No payment found an invoice.")
    return ngettext(
        "%(num)s payment found an invoice or its company.",
        "%(num)s payments found an invoice or their company.",
        found,
    )

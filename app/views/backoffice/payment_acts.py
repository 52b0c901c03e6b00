"""What account managers do with a payment, each for a reason: allocate, move, take back, give, undo."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import abort, flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from app.domain.communications import without_accounts
from app.domain.errors import DomainError
from app.domain.typed_amounts import read_cents
from app.domain.typed_text import TextMissing, required_line
from app.extensions import db
from app.fab.access import guarded
from app.fab.forms import FormColumns, TenantForm, form_class
from app.fab.messages import add_to_form, message_for
from app.fab.portal import expose
from app.fab.redirects import see_other
from app.models import Invoice, Payment
from app.services.allocations import allocate, move_allocation, take_back
from app.services.payments.owners import give_to_company, take_from_company
from app.services.payments.payment_page import find_invoice_to_pay, open_invoices
from app.services.payments.undoing import undo_last_step
from app.views.backoffice.company_screen import CompanyScreen, uuid_of
from app.views.backoffice.payment_words import offered_rows, plain_amount
from app.views.formats import money

LONGEST_REASON = 200
_REASON = [InputRequired(_("Fill in this field.")), Length(max=LONGEST_REASON)]


class ReasonForm(TenantForm):
    """Why; it stays in the history of the payment. `invoice` and `former` are public ids of invoices."""

    invoice = HiddenField()
    former = HiddenField()
    reason = StringField(_("Reason"), _REASON, description=_("It stays in the history."))


class AmountForm(ReasonForm):
    amount = StringField(_("Amount"), [InputRequired(_("Fill in this field."))])


@dataclass(frozen=True)
class Act:
    """One act on one payment: how its page is called, what it says, what its button says."""

    item: Payment
    title: str
    lead: str
    button: str
    done: str


class PaymentActs(CompanyScreen):
    """The acts of the screen of payments; each is one route, and commits once."""

    @expose("/allocate/<pk>", methods=["GET", "POST"])
    @guarded("act")
    def allocate(self, pk: str) -> Response | str:
        """Choose an open invoice, then how much of the payment it takes."""
        item, invoice = self._item(pk), self._invoice_asked_for("invoice")
        title = gettext("Allocate the payment")
        if invoice is None:
            return self._choose(item, title, gettext("Choose the invoice that it pays."))
        lead = gettext(
            "%(number)s: %(open)s open. Left of the payment: %(left)s.",
            number=invoice.number,
            open=money(invoice.open_cents, invoice.currency),
            left=money(item.left_cents, item.currency),
        )
        form = AmountForm()
        if request.method == "GET":
            available = max(min(item.left_cents, invoice.open_cents), 0)
            form.amount.data = plain_amount(available, item.currency)
            form.invoice.data = str(invoice.public_id)
        done = gettext("The payment is allocated to %(number)s.", number=invoice.number)
        act = Act(item, title, lead, gettext("Allocate"), done)

        def change() -> None:
            cents = read_cents(form.amount.data or "", item.currency)
            allocate(db.session(), item, invoice, amount_cents=cents, reason=_reason(form))

        return self._carry_out(act, form, ("amount", "reason"), change)

    @expose("/move/<pk>", methods=["GET", "POST"])
    @guarded("act")
    def move(self, pk: str) -> Response | str:
        """Choose another open invoice for what the payment pays of a first one."""
        item, former = self._item(pk), self._invoice_asked_for("former") or abort(404)
        invoice, title = self._invoice_asked_for("invoice"), gettext("Move to another invoice")
        lead = gettext("It pays %(number)s now.", number=former.number)
        if invoice is None:
            return self._choose(item, title, lead, former=former)
        form = ReasonForm()
        if request.method == "GET":
            form.invoice.data, form.former.data = str(invoice.public_id), str(former.public_id)
        lead += " " + gettext("It will pay %(number)s.", number=invoice.number)
        done = gettext("The payment is moved to %(number)s.", number=invoice.number)
        act = Act(item, title, lead, gettext("Move"), done)

        def change() -> None:
            move_allocation(db.session(), item, former, to=invoice, reason=_reason(form))

        return self._carry_out(act, form, ("reason",), change)

    @expose("/take_back/<pk>", methods=["GET", "POST"])
    @guarded("act")
    def take_back(self, pk: str) -> Response | str:
        item, invoice = self._item(pk), self._invoice_asked_for("invoice") or abort(404)
        form = ReasonForm()
        if request.method == "GET":
            form.invoice.data = str(invoice.public_id)
        lead = gettext(
            "%(number)s will be open again for the amount that this payment pays of it.",
            number=invoice.number,
        )
        done = gettext("The payment is taken back from %(number)s.", number=invoice.number)
        act = Act(item, gettext("Take back"), lead, gettext("Take back"), done)

        def change() -> None:
            take_back(db.session(), item, invoice, reason=_reason(form))

        return self._carry_out(act, form, ("reason",), change)

    @expose("/give/<pk>", methods=["GET", "POST"])
    @guarded("act")
    def give(self, pk: str) -> Response | str:
        """Say whose money it is; it pays nothing by that."""
        item, form = self._item(pk), self._give_form()
        lead = gettext("The company sees it as credit until it is allocated to an invoice.")
        done = gettext("The payment is given to the company.")
        act = Act(item, gettext("Give to a company"), lead, gettext("Give"), done)

        def change() -> None:
            if form.company.data is None:
                raise TextMissing(field="company")
            give_to_company(db.session(), item, form.company.data, reason=_reason(form))

        return self._carry_out(act, form, ("company", "reason"), change)

    @expose("/take_from/<pk>", methods=["GET", "POST"])
    @guarded("act")
    def take_from(self, pk: str) -> Response | str:
        """The payment was given to the wrong company."""
        item, form = self._item(pk), ReasonForm()
        lead = gettext("It is then nobody's again, and every account manager sees it.")
        done = gettext("The payment is taken from the company.")
        title = gettext("Take from the company")
        act = Act(item, title, lead, title, done)

        def change() -> None:
            take_from_company(db.session(), item, reason=_reason(form))

        return self._carry_out(act, form, ("reason",), change)

    @expose("/undo/<pk>", methods=["POST"])
    @guarded("act")
    def undo(self, pk: str) -> Response:
        """Undo the last step, as the page of the payment offers it."""
        item, session = self._item(pk), db.session()
        try:
            undo_last_step(session, item, reason=gettext("The step before was undone."))
        except DomainError as error:
            session.rollback()
            flash(message_for(error), "bad")
        else:
            session.commit()
            flash(gettext("Undone."), "ok")
        return see_other(self.url("show", pk=pk))

    # --- steps -------------------------------------------------------------------------------

    def _carry_out(
        self, act: Act, form: Any, fields: tuple[str, ...], change: Callable[[], None]
    ) -> Response | str:
        """Ask, then do it and say so; a refusal draws the form again."""
        if request.method == "GET" or not self._is_complete(form):
            return self._act_page(act, form, fields)
        session, key = db.session(), self.datamodel.key_of(act.item)
        try:
            change()
        except DomainError as error:
            session.rollback()
            add_to_form(form, error)
            return self._act_page(act, form, fields)
        session.commit()
        flash(act.done, "ok")
        return see_other(self.url("show", pk=key))

    def _act_page(self, act: Act, form: Any, fields: tuple[str, ...]) -> Response:
        show_url = self.url("show", pk=self.datamodel.key_of(act.item))
        page = replace(self._form_page(form, fields, None, act.button), cancel_url=show_url)
        context = {"lead": act.lead, "page": page, "item": act.item, "show_url": show_url}
        answer = self._page("backoffice/payment_act.html", act.title, {}, **context)
        return self._answer(answer, refused=bool(form.errors))

    def _choose(
        self, item: Payment, title: str, lead: str, *, former: Invoice | None = None
    ) -> str:
        """The open invoices that the payment may pay, looked for by number."""
        search = request.values.get("q", "").strip()
        kept = {"former": str(former.public_id)} if former is not None else {}
        key = self.datamodel.key_of(item)
        act_url = self.url("move" if former is not None else "allocate", pk=key)
        found = open_invoices(db.session(), item, search)
        rows = [one for one in found if former is None or one.public_id != former.public_id]
        return self._page(
            "backoffice/payment_invoices.html",
            title,
            {},
            item=item,
            lead=lead,
            search=search,
            carried=kept,
            act_url=act_url,
            rows=offered_rows(rows, act_url, kept),
            is_known=item.company_id is not None,
            show_url=self.url("show", pk=key),
        )

    def _invoice_asked_for(self, name: str) -> Invoice | None:
        """The invoice that the form or the address names; 404 when the scope holds no such one."""
        text = request.form.get(name) or request.args.get(name)
        if not text:
            return None
        wanted: UUID | None = uuid_of(text)
        found = find_invoice_to_pay(db.session(), wanted) if wanted else None
        return found if found is not None else abort(404)

    def _give_form(self) -> Any:
        columns = FormColumns(
            names=("company", "reason"),
            labels={"company": _("Company")},
            extra={
                "reason": StringField(
                    _("Reason"), _REASON, description=_("It stays in the history.")
                )
            },
            choices=self._relation_choices,
        )
        form: Any = form_class(self.datamodel, columns)()
        form.company.flags.required = True
        return form


def _reason(form: Any) -> str:
    """Without account numbers: it stands in the trail for good."""
    return without_accounts(required_line(form.reason.data, field="reason", longest=LONGEST_REASON))

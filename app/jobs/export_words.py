"""What exported files say, in the language that is chosen when these are called."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import PaymentState
from app.services.exports.rows import TableWords


@dataclass(frozen=True, slots=True)
class ArchiveWords:
    """The names of what stands beside the documents, and what is said of files that could not be read."""

    index_name: str
    missing_name: str
    missing: str
    what_now: str

    def missing_file(self, names: list[str]) -> bytes:
        lines = [self.missing, "", *names, "", self.what_now]
        return "\r\n".join(lines).encode("utf-8-sig")


def archive_words(*, made_on: date) -> ArchiveWords:
    day = format_date(made_on, "medium", locale=get_locale() or "en")
    return ArchiveWords(
        index_name=f"{_('Overview')}.csv",
        missing_name=f"{_('Missing files')}.txt",
        missing=_("These files could not be read when this archive was made on %(day)s:", day=day),
        what_now=_("The problem was recorded for our team. Please try again later, or contact us."),
    )


def table_words() -> TableWords:
    return TableWords(
        title=_("Invoices"),
        headings=(
            _("Number"), _("Kind"), _("Address"), _("Issued"), _("Due"), _("Currency"),
            _("Total excl. VAT"), _("VAT"), _("Total incl. VAT"), _("Amount"), _("Open amount"),
            _("Status"), _("Order reference"), _("Buyer reference"), _("Structured communication"),
        ),
        company_headings=(_("Company"), _("Customer number")),
        kinds={
            InvoiceKind.INVOICE: _("Invoice"),
            InvoiceKind.CREDIT_NOTE: _("Credit note"),
        },
        states={
            PaymentState.OPEN: _("Open"),
            PaymentState.PARTLY: _("Partly paid"),
            PaymentState.PAID: _("Paid"),
        },
    )  # fmt: skip

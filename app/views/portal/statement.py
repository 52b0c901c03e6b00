"""The statement of account of a company: a page with its period in the address, and the same as PDF and CSV."""

from urllib.parse import urlencode

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.domain.statement import Statement
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.fab.redirects import here
from app.security.access import requires
from app.security.permissions import Permission
from app.services.statements import statement_of
from app.views.portal.company_ref import this_company
from app.views.portal.own_addresses import require_every_address, sees_every_address
from app.views.statement_page import (
    account_pictures,
    csv_download,
    page_language,
    page_words,
    pdf_download,
)
from app.views.statement_period import StatementPeriod


class StatementView(PortalView):
    """`/c/<company>/invoices/statement`; somebody of some addresses is told why there is none for them."""

    endpoint_name = "statement"
    route_base = "/c/<uuid:company_id>/invoices"

    @expose("/statement")
    @requires(Permission.VIEW_INVOICES)
    def show(self) -> str:
        if not sees_every_address():
            return self.render("portal/statement_none.html")
        period = period_asked_for()
        back, list_url = here(), url_for("invoices.index")
        return self.render(
            "portal/statement.html",
            period=period,
            periods=period.choices(today()),
            words=page_words(),
            accounts=account_pictures(
                _statement(period), lambda one: f"{list_url}/{one}?{urlencode({'next': back})}"
            ),
            page_url=url_for("statement.show"),
            pdf_url=url_for("statement.pdf", **period.arguments),
            csv_url=url_for("statement.csv", **period.arguments),
        )

    @expose("/statement.pdf")
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def pdf(self) -> Response:
        require_every_address()
        period = period_asked_for()
        page_url = url_for("statement.show", **period.arguments)
        return pdf_download(_statement(period), page_language(), page_url=page_url)

    @expose("/statement.csv")
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def csv(self) -> Response:
        require_every_address()
        return csv_download(_statement(period_asked_for()), page_language())


def period_asked_for() -> StatementPeriod:
    """The period in the address; 400 where it is none."""
    try:
        return StatementPeriod.read(request.args, today=today())
    except ValueError:
        abort(400)


def _statement(period: StatementPeriod) -> Statement:
    return statement_of(db.session(), this_company().id, first=period.first, last=period.last)

"""The statement of account of a company, for who serves it and for auditors; files in the company's language."""

from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.domain.statement import Statement
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.models import Company
from app.security.access import requires
from app.security.permissions import Permission
from app.services.statements import statement_of
from app.views.backoffice.company_screen import find_company
from app.views.backoffice.tabs import company_tabs
from app.views.portal.statement import period_asked_for
from app.views.statement_page import account_pictures, csv_download, page_words, pdf_download
from app.views.statement_period import StatementPeriod


class CompanyStatementView(PortalView):
    endpoint_name = "company_statement"
    route_base = "/backoffice/statements"

    @expose("/<uuid:public_id>")
    @requires(Permission.VIEW_STATEMENTS)
    def show(self, public_id: UUID) -> str:
        company, period = find_company(public_id), period_asked_for()
        return self.render(
            "backoffice/statement.html",
            company=company,
            tabs=company_tabs(company, "statement"),
            period=period,
            periods=period.choices(today()),
            words=page_words(),
            accounts=account_pictures(
                _statement(company, period), lambda one: url_for("company_invoices.show", pk=one)
            ),
            page_url=url_for("company_statement.show", public_id=public_id),
            pdf_url=url_for("company_statement.pdf", public_id=public_id, **period.arguments),
            csv_url=url_for("company_statement.csv", public_id=public_id, **period.arguments),
        )

    @expose("/<uuid:public_id>.pdf")
    @requires(Permission.VIEW_STATEMENTS)
    def pdf(self, public_id: UUID) -> Response:
        company, period = find_company(public_id), period_asked_for()
        page_url = url_for("company_statement.show", public_id=public_id, **period.arguments)
        return pdf_download(_statement(company, period), company.language, page_url=page_url)

    @expose("/<uuid:public_id>.csv")
    @requires(Permission.VIEW_STATEMENTS)
    def csv(self, public_id: UUID) -> Response:
        company = find_company(public_id)
        return csv_download(_statement(company, period_asked_for()), company.language)


def _statement(company: Company, period: StatementPeriod) -> Statement:
    return statement_of(db.session(), company.id, first=period.first, last=period.last)

"""Details of a company: shown to everybody who belongs to it, changed by its administrators."""

from http import HTTPStatus

from flask import Response, flash, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.domain.typed_text import looks_like_postcode
from app.extensions import db
from app.fab.messages import add_to_form, message_for
from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission
from app.services.companies import get_company, get_served_company, update_company
from app.services.company_page import company_page
from app.services.history import NEWEST, Subject, history, history_of
from app.services.versions import EditedMeanwhile, version_of
from app.views.history_words import HistoryLine, history_lines
from app.views.labels import VAT_STATUSES
from app.views.locale import LANGUAGES
from app.views.portal.asked_changes import asked_changes
from app.views.portal.company_ref import this_company
from app.views.portal.fields import country_name
from app.views.portal.forms import CompanyForm
from app.views.portal.own_addresses import require_every_address, sees_every_address


class CompanyDetailsView(PortalView):
    """`/c/<company>/company`."""

    endpoint_name = "company"
    route_base = "/c/<uuid:company_id>/company"

    @expose("")
    @requires(Permission.VIEW_COMPANY)
    def show(self) -> str:
        session, company_id = db.session(), this_company().id
        page = history(session, company_id, about=Subject.COMPANY, limit=NEWEST)
        about, is_whole = company_page(session, company_id), sees_every_address()
        return self.render(
            "portal/company.html",
            details=about.company,
            managers=about.managers,
            history=history_lines(page.events),
            may_edit=is_whole,
            changes=asked_changes(about.waiting) if is_whole else [],
            **_words(),
        )

    @expose("/edit", methods=["GET", "POST"])
    @requires(Permission.EDIT_COMPANY)
    def edit(self) -> BaseResponse:
        require_every_address()
        session = db.session()
        company = get_company(session, this_company().id)
        form = CompanyForm.of(company)
        if request.method == "GET":
            return self._form(form)
        if not form.validate():
            return self._form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        values = form.values()
        try:
            update_company(session, company, values, version=form.version.data or "")
        except EditedMeanwhile as error:
            return self._meanwhile(form, error)
        except DomainError as error:
            session.rollback()
            add_to_form(form, error)
            return self._form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        session.commit()
        warn_of_postcode(values.postcode, values.country)
        return self.saved(_("Saved. The details of your company are up to date."), _url())

    def _meanwhile(self, form: CompanyForm, error: EditedMeanwhile) -> Response:
        """Say who was quicker, and let a second save be a decision."""
        session = db.session()
        session.rollback()
        company = get_company(session, this_company().id)
        form.version.data = version_of(company)
        form.form_errors.append(message_for(error))
        latest = history_lines(history_of(session, "company", company.id)[:1])
        return self._form(form, status=HTTPStatus.CONFLICT, latest=latest)

    def _form(
        self,
        form: CompanyForm,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        latest: list[HistoryLine] | None = None,
    ) -> Response:
        company, managers = get_served_company(db.session(), this_company().id)
        page = self.render(
            "portal/company_edit.html",
            form=form,
            details=company,
            managers=managers,
            latest=latest or [],
            back_url=_url(),
            **_words(),
        )
        return make_response(page, status)


def warn_of_postcode(postcode: str | None, country: str) -> None:
    """Say after saving that a Belgian postcode looks wrong; it is kept."""
    if not looks_like_postcode(postcode, country):
        flash(
            _(
                "A Belgian postcode has four digits. Please check “%(postcode)s”.",
                postcode=postcode,
            ),
            "warn",
        )


def _words() -> dict[str, object]:
    return {
        "vat_statuses": VAT_STATUSES,
        "language_names": LANGUAGES,
        "country_name": country_name,
    }


def _url() -> str:
    return url_for("company.show")

"""Contact persons of a company in the portal: listed, added, changed, removed and brought back."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, abort, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import add_to_form, message_for
from app.fab.portal import PortalView, expose
from app.models import Contact
from app.security.access import requires
from app.security.permissions import Permission
from app.security.tenancy import current_scope
from app.services import contacts
from app.services.contacts import ContactUnknown, find_contact
from app.services.history import NEWEST, Subject, history, history_of
from app.services.versions import EditedMeanwhile, version_of
from app.views.history_words import HistoryLine, history_lines
from app.views.labels import CONTACT_TOPICS
from app.views.portal.company_ref import this_company
from app.views.portal.forms import ContactForm
from app.views.portal.own_addresses import sees_every_address


class ContactsView(PortalView):
    """`/c/<company>/company/contacts`."""

    endpoint_name = "contacts"
    route_base = "/c/<uuid:company_id>/company/contacts"

    @expose("")
    @requires(Permission.VIEW_COMPANY)
    def index(self) -> str:
        session, company_id = db.session(), this_company().id
        found = contacts.list_contacts(session, company_id)
        page = history(session, company_id, about=Subject.CONTACTS, limit=NEWEST)
        return self.render(
            "portal/contacts.html",
            contacts=[(one, _may_edit(one)) for one in found],
            topics=CONTACT_TOPICS,
            history=history_lines(page.events),
            removed=_removed_id(),
        )

    @expose("/new", methods=["GET", "POST"])
    @requires(Permission.EDIT_CONTACTS)
    def add(self) -> BaseResponse:
        session, form = db.session(), _form_of(None)
        if request.method == "GET":
            return self._form(form, None)
        if not form.validate():
            return self._form(form, None, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            contact = contacts.add_contact(session, this_company().id, form.values())
        except DomainError as error:
            return self._refused(form, None, error)
        name = contact.name
        session.commit()
        return self.saved(_("%(name)s was added.", name=name), _index())

    @expose("/<uuid:public_id>/edit", methods=["GET", "POST"])
    @requires(Permission.EDIT_CONTACTS)
    def edit(self, public_id: UUID) -> BaseResponse:
        session, contact = db.session(), _own_contact(public_id)
        form = _form_of(contact)
        if request.method == "GET":
            return self._form(form, contact)
        if not form.validate():
            return self._form(form, contact, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            contacts.update_contact(
                session, contact, form.values(), version=form.version.data or ""
            )
        except EditedMeanwhile as error:
            return self._meanwhile(form, public_id, error)
        except DomainError as error:
            return self._refused(form, contact, error)
        name = contact.name
        session.commit()
        return self.saved(_("Saved. The contact %(name)s is up to date.", name=name), _index())

    @expose("/<uuid:public_id>/remove", methods=["GET", "POST"])
    @requires(Permission.EDIT_CONTACTS)
    def remove(self, public_id: UUID) -> BaseResponse:
        """Asked first, by name; whoever is removed can be brought back."""
        contact = _own_contact(public_id)
        if request.method == "GET":
            return make_response(self.render("portal/contact_remove.html", contact=contact))
        name = contact.name
        contacts.remove_contact(db.session(), contact)
        db.session.commit()
        message = _("%(name)s was removed.", name=name)
        return self.saved(message, url_for("contacts.index", removed=public_id))

    @expose("/<uuid:public_id>/restore", methods=["POST"])
    @requires(Permission.EDIT_CONTACTS)
    def restore(self, public_id: UUID) -> BaseResponse:
        try:
            contact = contacts.restore_contact(db.session(), this_company().id, public_id)
        except DomainError as error:
            return self.refuse(error, url=_index())
        name = contact.name
        db.session.commit()
        return self.saved(_("%(name)s is back.", name=name), _index())

    def _refused(
        self, form: ContactForm, contact: Contact | None, error: DomainError
    ) -> BaseResponse:
        db.session.rollback()
        add_to_form(form, error)
        return self._form(form, contact, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def _meanwhile(
        self, form: ContactForm, public_id: UUID, error: EditedMeanwhile
    ) -> BaseResponse:
        """Say who was quicker, and let a second save be a decision."""
        session = db.session()
        session.rollback()
        contact = _own_contact(public_id)
        form.version.data = version_of(contact)
        form.form_errors.append(message_for(error))
        latest = history_lines(history_of(session, "contact", contact.id)[:1])
        return self._form(form, contact, status=HTTPStatus.CONFLICT, latest=latest)

    def _form(
        self,
        form: ContactForm,
        contact: Contact | None,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        latest: list[HistoryLine] | None = None,
    ) -> Response:
        page = self.render(
            "portal/contact_edit.html",
            form=form,
            contact=contact,
            latest=latest or [],
            back_url=_index(),
        )
        return make_response(page, status)


def _form_of(contact: Contact | None) -> ContactForm:
    places = contacts.places_of(db.session(), this_company().id)
    return ContactForm.of(contact, places, may_be_everywhere=sees_every_address())


def _own_contact(public_id: UUID) -> Contact:
    """A contact that this person may change; one of the whole company is not theirs who are limited."""
    try:
        contact = find_contact(db.session(), this_company().id, public_id)
    except ContactUnknown:
        abort(404)
    if not _may_edit(contact):
        abort(403)
    return contact


def _may_edit(contact: Contact) -> bool:
    return current_scope(db.session()).holds_address(contact.address_id)


def _removed_id() -> UUID | None:
    """Who was removed just now, to offer the way back."""
    try:
        return UUID(request.args.get("removed", ""))
    except ValueError:
        return None


def _index() -> str:
    return url_for("contacts.index")

"""Who has access to a company, in the portal: listed, changed, removed."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, abort, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import add_to_form, message_for
from app.fab.portal import PortalView, expose
from app.models import Membership
from app.security.access import requires
from app.security.fresh import requires_fresh
from app.security.permissions import Permission
from app.services import access_list, memberships
from app.services.history import NEWEST, Subject, history
from app.services.membership_limits import address_choices
from app.services.versions import EditedMeanwhile
from app.views.history_words import history_lines
from app.views.labels import EMPLOYER_ROLES
from app.views.portal.access_forms import ChangeAccessForm
from app.views.portal.access_viewer import viewer
from app.views.portal.access_words import (
    ROLE_CARDS,
    access_pill,
    invitation_note,
    invitation_pill,
)
from app.views.portal.company_ref import this_company
from app.views.portal.own_addresses import sees_every_address


class AccessView(PortalView):
    """`/c/<company>/company/access`."""

    endpoint_name = "access"
    route_base = "/c/<uuid:company_id>/company/access"

    @expose("")
    @requires(Permission.VIEW_ACCESS)
    def index(self) -> str:
        """Everybody sees it; somebody limited to some addresses, those within their own."""
        session, company_id, who = db.session(), this_company().id, viewer()
        people = access_list.people_with_access(session, company_id, who)
        invited = access_list.invited_people(session, company_id, who)
        page = history(session, company_id, about=Subject.ACCESS, limit=NEWEST)
        return self.render(
            "portal/access.html",
            people=[(one, access_pill(one), _may_change(one)) for one in people],
            invited=[(one, invitation_pill(one), invitation_note(one)) for one in invited],
            roles=EMPLOYER_ROLES,
            own_id=who.user_id,
            sees_every_address=sees_every_address(),
            history=history_lines(page.events),
        )

    @expose("/<uuid:public_id>/edit", methods=["GET", "POST"])
    @requires(Permission.MANAGE_ACCESS)
    @requires_fresh
    def edit(self, public_id: UUID) -> BaseResponse:
        session, membership = db.session(), _membership(public_id)
        form = _change_form(membership)
        if request.method == "GET":
            return self._change_page(form, membership)
        if not form.validate():
            return self._change_page(form, membership, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            memberships.set_access(
                session,
                membership,
                form.values(membership),
                addresses=form.chosen_addresses,
                version=form.version.data or "",
            )
        except DomainError as error:
            return self._not_changed(form, public_id, error)
        name = membership.user.name
        session.commit()
        return self.saved(_("Saved. The access of %(name)s is up to date.", name=name), _index())

    @expose("/<uuid:public_id>/remove", methods=["GET", "POST"])
    @requires(Permission.MANAGE_ACCESS)
    @requires_fresh
    def remove(self, public_id: UUID) -> BaseResponse:
        """Asked first, by name; the person's next request finds no access."""
        session, membership = db.session(), _membership(public_id)
        if request.method == "GET":
            return self._remove_page(membership)
        name, is_own = membership.user.name, membership.user_id == viewer().user_id
        try:
            memberships.take_access_back(session, membership)
        except DomainError as error:
            session.rollback()
            return self._remove_page(_membership(public_id), refusal=message_for(error))
        session.commit()
        if is_own:
            company = this_company().name
            return self.saved(_("You no longer have access to %(name)s.", name=company), "/account")
        return self.saved(_("%(name)s no longer has access.", name=name), _index())

    def _change_page(
        self, form: ChangeAccessForm, membership: Membership, *, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        page = self.render(
            "portal/access_edit.html",
            form=form,
            membership=membership,
            role_cards=ROLE_CARDS,
            back_url=_index(),
        )
        return make_response(page, status)

    def _not_changed(
        self, form: ChangeAccessForm, public_id: UUID, error: DomainError
    ) -> BaseResponse:
        """Say why; where somebody else was quicker, a second save is a decision."""
        db.session.rollback()
        membership = _membership(public_id)
        if isinstance(error, EditedMeanwhile):
            form.version.data = memberships.access_version(db.session(), membership)
            form.form_errors.append(message_for(error))
            return self._change_page(form, membership, status=HTTPStatus.CONFLICT)
        add_to_form(form, error)
        return self._change_page(form, membership, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def _remove_page(self, membership: Membership, *, refusal: str = "") -> Response:
        page = self.render(
            "portal/access_remove.html",
            membership=membership,
            is_own=membership.user_id == viewer().user_id,
            refusal=refusal,
            back_url=_index(),
        )
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK)


def _may_change(person: access_list.PersonWithAccess) -> bool:
    """Nobody who is limited to some addresses answers for their own access: they could only give it away."""
    return sees_every_address() or person.user_id != viewer().user_id


def _membership(public_id: UUID) -> Membership:
    try:
        found = access_list.find_access(db.session(), this_company().id, public_id, viewer())
    except DomainError:
        abort(404)
    if not sees_every_address() and found.user_id == viewer().user_id:
        abort(403)
    return found


def _change_form(membership: Membership) -> ChangeAccessForm:
    session = db.session()
    return ChangeAccessForm.of(
        membership,
        address_choices(session, membership),
        is_limited=not sees_every_address(),
        version=memberships.access_version(session, membership),
    )


def _index() -> str:
    return url_for("access.index")

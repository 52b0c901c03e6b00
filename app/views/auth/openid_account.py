"""The accounts at providers that somebody signs in through: seen, linked and unlinked by themselves."""

from uuid import UUID

from flask import abort
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import DomainError
from app.extensions import db, ports
from app.fab.portal import expose
from app.security.access import requires_sign_in
from app.security.fresh import requires_fresh
from app.services.identities import (
    IdentityUnknown,
    LinkedIdentity,
    find_identity,
    identities_of,
    unlink_identity,
)
from app.views.auth.account_page import AccountPage, this_person
from app.views.auth.openid import PROVIDERS_PAGE, depart, provider_called
from app.views.auth.openid_journey import Purpose


class ProvidersView(AccountPage):
    """Part of one's own account: nobody else's identities are ever named here."""

    endpoint_name = "providers"

    @expose("/account/providers")
    @requires_sign_in
    def show(self) -> str:
        person = this_person()
        linked = identities_of(db.session(), person.user_id)
        return self.render(
            "auth/account_providers.html",
            linked=[(one, label_of(one.provider), _is_offered(one)) for one in linked],
            providers=list(ports().providers.values()),
        )

    @expose("/account/providers/<name>/link", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def link(self, name: str) -> Response:
        """Prove at the provider which account is one's own; it is linked on the way back."""
        return depart(provider_called(name), Purpose.LINK, wanted=None, again=True)

    @expose("/account/providers/<uuid:identity_id>/unlink", methods=["GET"])
    @requires_sign_in
    @requires_fresh
    def ask_to_unlink(self, identity_id: UUID) -> str:
        person = this_person()
        linked = {one.public_id: one for one in identities_of(db.session(), person.user_id)}
        identity = linked.get(identity_id) or abort(404)
        return self.render(
            "auth/account_provider_unlink.html",
            identity=identity,
            label=label_of(identity.provider),
            cancel_url=PROVIDERS_PAGE,
        )

    @expose("/account/providers/<uuid:identity_id>/unlink", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def unlink(self, identity_id: UUID) -> Response:
        person, session = this_person(), db.session()
        try:
            label = label_of(find_identity(session, person.user_id, identity_id).provider)
            unlink_identity(
                session,
                person.user_id,
                identity_id,
                label=label,
                issuers=[one.issuer for one in ports().providers.values()],
                keep_session_id=person.session_id,
            )
        except IdentityUnknown:
            abort(404)
        except DomainError as error:
            return self.refuse(error, url=PROVIDERS_PAGE)
        session.commit()
        message = _(
            "%(label)s no longer signs you in. Your other sessions have ended.", label=label
        )
        return self.saved(message, PROVIDERS_PAGE)


def label_of(name: str) -> str:
    """What people call a provider; its name where the settings no longer know it."""
    provider = ports().providers.get(name)
    return provider.label if provider else name


def _is_offered(identity: LinkedIdentity) -> bool:
    return any(one.issuer == identity.issuer for one in ports().providers.values())

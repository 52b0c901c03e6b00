"""Signing in through a provider: the way there, and back with somebody who is known here or not."""

from http import HTTPStatus
from urllib.parse import quote

from flask import abort, current_app, flash, make_response, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access import SignInMethod
from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.openid import (
    IdentityProvider,
    ProvedIdentity,
    ProviderAnswer,
    ProviderSignInStopped,
)
from app.extensions import db, ports
from app.fab.messages import message_for
from app.fab.portal import PortalView, expose
from app.fab.redirects import requested_next, see_other
from app.security.access import current_principal, public, sign_in_url, visitor_actor
from app.security.sessions import renew_sign_in
from app.services.audit import record
from app.services.identities import IdentityNotLinked, confirm_by, link_identity, sign_in_by
from app.services.second_step import has_second_step
from app.services.throttle import keyed_hash, provider_limits
from app.views.auth.entrance import enter
from app.views.auth.openid_code import ask_for_code
from app.views.auth.openid_journey import (
    Journey,
    JourneyUnknown,
    Purpose,
    come_back,
    return_address,
    set_out,
    wanted_after,
)
from app.views.throttled import count_or_refuse

PROVIDERS_PAGE = "/account/providers"


class OpenIdView(PortalView):
    """What a provider's page is reached from and leads back to; nobody needs to be signed in."""

    endpoint_name = "openid"
    route_base = ""

    @expose("/login/with/<name>", methods=["GET", "POST"])
    @public
    def start(self, name: str) -> Response:
        """Set out for a provider's page: to sign in, or to confirm who one is (`confirm=1`)."""
        provider = provider_called(name)
        person = current_principal()
        wanted = requested_next()
        if request.method != "POST":  # a link, or the sign-in form after the language was changed
            return redirect(sign_in_url(wanted or ""))
        if request.form.get("confirm") and person is not None:
            return depart(provider, Purpose.CONFIRM, wanted=wanted, again=True)
        if person is not None:
            return see_other(wanted or "/")
        is_other_account = bool(request.form.get("again"))
        return depart(provider, Purpose.SIGN_IN, wanted=wanted, again=is_other_account)

    @expose("/login/with/<name>/callback")
    @public
    def callback(self, name: str) -> Response:
        """Where the provider sends people back to, with a code or an error."""
        provider = provider_called(name)
        person = current_principal()
        answer = ProviderAnswer(
            state=request.args.get("state"),
            code=request.args.get("code"),
            error=request.args.get("error"),
            issuer=request.args.get("iss"),
        )
        try:
            journey = come_back(
                answer.state, provider=name, user_id=person.user_id if person else None
            )
        except JourneyUnknown as error:
            return self.refuse(error, url="/account" if person else "/login")
        return self._arrive(provider, journey, answer)

    @expose("/login/with/<name>/not-linked")
    @public
    def not_linked(self, name: str) -> Response:
        """What somebody reads whom the provider knows and we do not."""
        page = self.render("auth/openid_not_linked.html", provider=provider_called(name))
        return make_response(page, HTTPStatus.OK)

    def _arrive(
        self, provider: IdentityProvider, journey: Journey, answer: ProviderAnswer
    ) -> Response:
        arrivals = {
            Purpose.SIGN_IN: _signed_in,
            Purpose.CONFIRM: _confirmed,
            Purpose.LINK: _linked,
        }
        db.session.rollback()  # nobody's connection waits for the provider
        try:
            proved = provider.arrive(
                journey.departure(answer.state or ""),
                answer,
                return_to=return_address(provider.name),
            )
            return arrivals[journey.purpose](journey, proved)
        except ProviderSignInStopped as error:  # their own choice, as a rule
            flash(message_for(error), "info")
            return see_other(_page_of(journey))
        except DomainError as error:
            return self.refuse(error, url=_page_of(journey))


def provider_called(name: str) -> IdentityProvider:
    """The provider of the settings, else 404."""
    return ports().providers.get(name) or abort(404)


def depart(
    provider: IdentityProvider, purpose: Purpose, *, wanted: str | None, again: bool = False
) -> Response:
    """Send the browser to a provider's page, or back to where it was with the reason why not."""
    person = current_principal()
    limits = provider_limits(str(current_app.secret_key), ip=request.remote_addr)
    stranger = None if person else visitor_actor("visitor")
    count_or_refuse(limits, throttled=AuditAction.SIGN_IN_THROTTLED, actor=stranger)
    try:
        departure = provider.depart(
            return_to=return_address(provider.name),
            language=str(get_locale() or "fr"),
            again=again,
        )
    except DomainError as error:
        flash(message_for(error), "bad")
        return see_other(_page_before(purpose, wanted))
    set_out(
        departure,
        provider=provider.name,
        purpose=purpose,
        wanted=wanted,
        user_id=person.user_id if person else None,
    )
    return see_other(departure.url)


def _signed_in(journey: Journey, proved: ProvedIdentity) -> Response:
    session, secret = db.session(), str(current_app.secret_key)
    stranger = keyed_hash(secret, "stranger", proved.issuer, proved.subject)[:16]
    try:
        user = sign_in_by(session, proved, stranger=stranger, actor=visitor_actor("visitor"))
    except IdentityNotLinked:
        session.commit()  # the event of the failure
        return see_other(f"/login/with/{proved.provider}/not-linked")
    return enter(user, method=SignInMethod.OPENID, wanted=wanted_after(journey, default="/"))


def _confirmed(journey: Journey, proved: ProvedIdentity) -> Response:
    session = db.session()
    user = confirm_by(session, journey.user_id or 0, proved, asked_at=journey.begun)
    wanted = wanted_after(journey, default="/account")
    if has_second_step(session, user.id):
        answer = ask_for_code(wanted)
    else:
        renew_sign_in()
        record(session, AuditAction.SIGN_IN_CONFIRMED, target=user)
        answer = see_other(wanted)
    session.commit()
    return answer


def _linked(journey: Journey, proved: ProvedIdentity) -> Response:
    session = db.session()
    link_identity(session, journey.user_id or 0, proved)
    session.commit()
    flash(_("From now on you can sign in with %(label)s.", label=proved.label), "ok")
    return see_other(PROVIDERS_PAGE)


def _page_of(journey: Journey) -> str:
    """Where somebody can try again what they set out for."""
    return _page_before(journey.purpose, journey.wanted)


def _page_before(purpose: Purpose, wanted: str | None) -> str:
    if purpose is Purpose.LINK:
        return PROVIDERS_PAGE
    if purpose is Purpose.CONFIRM:
        return f"/account/confirm?next={quote(wanted or '/account')}"
    return sign_in_url(wanted or "")

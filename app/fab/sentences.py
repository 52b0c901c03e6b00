"""The sentence of each error code and each warning; `%(name)s` are facts it carries. Those of documents stand apart."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from app.fab.document_sentences import DOCUMENT_SENTENCES

_ = lazy_gettext

_SAVING = {
    "not_saved": _("This could not be saved. Nothing was changed; please try again later."),
    "already_exists": _("Another record already uses this value. Choose a different one."),
    "still_referenced": _("This is still used elsewhere, so it cannot be removed or replaced."),
    "value_required": _("A required value is missing."),
    "value_refused": _("One of the values is not allowed here."),
    "changed_meanwhile": _(
        "Somebody else changed this in the meantime. Reload and make your change again."
    ),
    "database_busy": _("The system is busy. Nothing was changed; please try again in a moment."),
    "not_yours": _("This belongs to another company, so nothing was changed."),
}

_SIGN_IN = {
    "sign_in_refused": _("The e-mail address or the password is not right."),
    "code_refused": _("This code is not right, or was used already. Type the newest one."),
    "confirmation_refused": _("The password is not right."),
    "own_second_step": _("Switch off your own second step in My profile: it takes a code."),
    "second_step_missing": _("There is no second step to change: it is off."),
    "second_step_there": _("The second step is on already. Switch it off first."),
    "seal_broken": _("A stored secret cannot be opened. We have to repair this; contact us."),
    "hashing_busy": _("Many people are signing in right now. Please try again in a moment."),
    "too_many_attempts": _("Too many attempts. Please wait a few minutes and try again."),
    "password_too_short": _("Use at least %(shortest)s characters; several words are fine."),
    "password_too_long": _("Use at most %(longest)s characters."),
    "password_too_common": _("This password is one of the first that others would try."),
    "password_too_personal": _(
        "Do not use your e-mail address, your name or the name of your company as password."
    ),
    "email_malformed": _("This is not an e-mail address. Example: name@company.be"),
    "email_unchanged": _("You sign in with this e-mail address already."),
    "nothing_to_confirm": _("No new e-mail address waits for its confirmation any more."),
    "not_a_name": _(
        "Enter a name only: without web or e-mail address, and without signs such as < or @."
    ),
    "email_taken": _("Somebody already signs in with this e-mail address."),
    "user_disabled": _("They may not sign in. Enable them first."),
    "user_unknown": _("Nobody signs in with this e-mail address."),
    "session_unknown": _("This session has already ended."),
    "link_dead": _(
        "This link no longer works: it was used, has expired, or was replaced by a newer one."
    ),
}

_JOBS = {
    "job_unknown": _("This job does not exist."),
    "job_running": _("This job is running right now. Please try again in a moment."),
    "job_ended": _("This job was done or cancelled in the meantime, so nothing was changed."),
    "worker_died": _("It was given up: each program that ran it was ended in the middle of it."),
    "no_handler": _(
        "The program that ran it is too old to know this kind of job. It is tried again."
    ),
    "postponed": _("It could not be done yet. It is tried again."),
    "failed_for_good": _("It could not be done, and trying again would not help."),
}

_PROVIDERS = {
    "provider_unknown": _("This provider is not offered here."),
    "provider_unavailable": _(
        "%(label)s does not answer right now, so you are not signed in through it. Try again in a "
        "few minutes, or use your e-mail address and password."
    ),
    "provider_answer_refused": _(
        "The answer of %(label)s could not be verified, so nothing was changed. Start again, or "
        "use your e-mail address and password. If it keeps happening, tell us."
    ),
    "provider_not_fresh": _(
        "The provider did not ask again who you are. Start again, or confirm with your password."
    ),
    "provider_sign_in_stopped": _(
        "You did not finish signing in with %(label)s. Nothing was changed."
    ),
    "provider_journey_unknown": _(
        "This sign-in was begun in another browser, took too long, or was finished already. "
        "Start again here."
    ),
    "identity_not_linked": _("No user here is linked to this account at %(label)s."),
    "identity_taken": _(
        "Somebody else signs in here with this account at %(label)s. It can be linked to one user "
        "only, so nothing was changed."
    ),
    "identity_of_somebody_else": _(
        "You signed in at %(label)s with an account that is not linked to you. Nothing was confirmed."
    ),
    "identity_unknown": _("This account is not linked to you, or no longer."),
    "last_way_in": _(
        "Without this account you could not sign in any more. Set a password first, then unlink it."
    ),
    "sign_in_domain_malformed": _(
        "This is not the domain of an e-mail address. Example: company.be"
    ),
    "sign_in_domain_public": _(
        "Anybody can have an address at %(domain)s, so it says nothing about who somebody works for."
    ),
    "sign_in_domain_approved_already": _("%(domain)s is approved for this provider already."),
}

_COMPANY = {
    "name_missing": _("Enter a name."),
    "text_missing": _("Fill in this field."),
    "text_too_long": _("Use at most %(limit)s characters."),
    "not_an_email_address": _("“%(email)s” is not an e-mail address. Example: name@company.be"),
    "not_a_phone_number": _("Use digits, spaces and + only. Example: +32 81 00 00 00"),
    "not_a_web_address": _("This is not the address of a website. Example: www.company.be"),
    "edited_meanwhile": _(
        "Somebody else saved this while you were working on it. Nothing of yours was saved yet: "
        "compare with what is stored now, then save again."
    ),
    "address_unknown": _("This address does not exist."),
    "address_name_taken": _("Another address is called “%(name)s”. Choose a different name."),
    "address_archived": _("This address is archived. Restore it before you change it."),
    "too_many_billing_emails": _("At most %(limit)s e-mail addresses can get the invoices."),
    "default_address_stays": _(
        "“%(name)s” is the default address. Make another address the default one first."
    ),
    "last_address_stays": _(
        "“%(name)s” is the only address, and invoices need one. Add another address first."
    ),
    "nothing_to_undo": _("There is nothing to undo here any more."),
    "contact_unknown": _("This contact does not exist."),
    "contact_unreachable": _("Give an e-mail address or a telephone number."),
    "history_page_unknown": _("This page of the history no longer exists. Start from the newest."),
    "contact_there": _("This contact has been brought back already."),
}

_CHANGES = {
    "nothing_asked": _("Every value is the one we have. Change at least one of them."),
    "change_asked_already": _(
        "A change of this waits for a decision already. Withdraw it before you ask for another one."
    ),
    "change_settled": _("This request was decided or withdrawn meanwhile, so nothing was changed."),
    "change_of_somebody_else": _("Only the person who asked for it can withdraw it."),
    "own_change": _("You asked for this change yourself: somebody else has to decide."),
    "value_changed_meanwhile": _(
        "The company has another value by now. Nothing was overwritten: look at the present value, "
        "then decide again."
    ),
    "reply_missing": _("Say why it is refused: whoever asked for it will read it."),
}

_FILTERS = {
    "saved_filter_unknown": _("This saved filter does not exist any more."),
    "filter_name_taken": _(
        "Another filter of yours is called “%(name)s”. Choose a different name."
    ),
    "too_many_filters": _(
        "You keep %(limit)s filters already. Remove one before you save another one."
    ),
    "filter_too_long": _("This filter is too long to be saved. Shorten what is searched for."),
}

_MAIL = {
    "mail_refused": _("The mail cannot be sent."),
    "mail_delayed": _("The mail cannot be sent now; it is tried again."),
    "mail_link_dead": _(
        "It was not sent: by then its link had expired, was used, or was replaced by a newer one."
    ),
    "mail_header_unsafe": _("It was not sent: a name or an address in it holds a line break."),
    "mail_recipient_refused": _("The mail server does not take mail for this address."),
    "mail_sender_refused": _(
        "The mail server does not take mail from our address. Look at the sender in the settings of the issuer."
    ),
    "mail_content_refused": _("The mail server refused the mail after it had read it."),
    "mail_not_taken_now": _("The mail server asks us to try again later."),
    "mail_connection_lost": _("The connection to the mail server broke off."),
    "mail_server_unreachable": _("The mail server cannot be reached."),
    "mail_server_not_trusted": _(
        "The mail server offers no encryption, or its certificate is not one that we trust."
    ),
    "mail_sign_in_refused": _("The mail server refuses our user name or password (MAIL_URL)."),
    "mail_returned": _("The mail was returned: the address does not take it."),
    "mail_on_its_way": _("This mail is still on its way; it need not be sent again."),
    "mail_out_of_date": _(
        "This mail is out of date: its link was used or withdrawn, or the person has another address now."
    ),
    "bounce_unreadable": _("This is not a notice that a mail could not be delivered."),
    "bounce_unknown": _("This notice is about a mail that is not ours."),
}

_STAFF = {
    "last_administrator": _("This is the last administrator. Name another one first."),
    "not_yourself": _("You cannot disable yourself. Ask another administrator."),
    "already_member": _("This person has access to the company already."),
    "last_administrator_stays": _(
        "%(name)s is the last administrator of the whole company. Make somebody else one first."
    ),
    "access_unknown": _("This person has no access any more."),
    "access_ends_in_the_past": _("The last day of the access is over already."),
    "nobody_named": _("Enter at least one e-mail address."),
    "too_many_named": _("At most %(limit)s people can be invited at once."),
    "nobody_left_to_invite": _(
        "Everybody you named has access already, or has an invitation that waits."
    ),
    "invitation_unknown": _("This invitation does not exist."),
    "invitation_settled": _("This invitation was accepted or revoked meanwhile."),
    "invitation_of_somebody_else": _("This invitation is for another e-mail address."),
    "staff_need_no_invitation": _(
        "People of the issuer see companies by their portfolio and need no invitation."
    ),
    "ends_before_it_starts": _("The last day is before the first."),
    "no_address_chosen": _("Choose at least one address."),
    "enterprise_number_taken": _(
        "Another company has this number. Ask an administrator if you cannot find it."
    ),
    "language_not_offered": _("This language is not among those that are offered."),
}

SENTENCES: Mapping[str, LazyString] = MappingProxyType(
    {
        **_SAVING,
        **_SIGN_IN,
        **_PROVIDERS,
        **_JOBS,
        **DOCUMENT_SENTENCES,
        **_COMPANY,
        **_CHANGES,
        **_FILTERS,
        **_MAIL,
        **_STAFF,
    }
)

"""The sentence of each error code and each warning of a document; `%(name)s` are facts it carries."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

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

_MONEY = {
    "currency_unknown": _("The currency “%(currency)s” is not known."),
    "amount_out_of_range": _("The amount is too large."),
    "amount_not_positive": _("The amount must be more than zero."),
    "payment_already_recorded": _("This payment has already been recorded."),
    "allocation_too_large": _("This is more than what is left."),
    "nothing_to_pay": _("%(number)s has nothing left to pay."),
    "nothing_left_to_use": _("There is nothing left of this payment or credit note to use."),
    "currencies_differ": _("Money in %(source)s cannot pay an invoice in %(target)s."),
    "companies_differ": _("Money of one company cannot pay an invoice of another."),
    "nothing_allocated": _("This payment pays nothing of %(number)s any more."),
    "already_there": _("This payment pays %(number)s already. Choose another invoice."),
    "payment_has_company": _("This payment belongs to a company already, so nothing was changed."),
    "payment_of_nobody": _("It is not known yet whose payment this is."),
    "payment_in_use": _(
        "This payment pays an invoice. Take that back first, then it can be taken from its company."
    ),
    "nothing_to_undo_here": _("The last step can no longer be undone: something changed since."),
    "received_in_the_future": _("The day of receipt is still to come."),
    "amount_unreadable": _("“%(value)s” is not an amount. Example: 1234,56"),
    "amount_ambiguous": _(
        "“%(value)s” can be read in two ways. Write the amount with two decimals, as in 1234,00."
    ),
    "amount_too_fine": _("“%(value)s” has more decimals than %(currency)s has."),
}

_PAYMENT_FILES = {
    "payment_file_unreadable": _("This is not a list of payments that can be read."),
    "payment_file_empty": _("The file is empty."),
    "payment_file_too_large": _("The file is larger than %(limit_mb)s MB."),
    "payment_file_encoding": _("The characters of the file are neither UTF-8 nor Windows-1252."),
    "payment_file_broken": _("The file cannot be read as CSV (line %(line)s)."),
    "too_many_payments": _(
        "At most %(limit)s payments can be imported at once. Import a shorter period, or ask your "
        "administrator to use the command line."
    ),
    "no_payments_uploaded": _("Choose one or more CSV files or bank statements."),
    "payment_columns_missing": _("The first line must name the columns %(names)s."),
    "payment_column_unknown": _("“%(name)s” is not a column of payments. Known are: %(known)s."),
    "payment_column_twice": _("The column “%(name)s” stands there twice."),
    "not_a_statement": _("The file is XML, but not a bank statement in camt.053 (“%(root)s”)."),
    "statement_dtd_refused": _("The file contains a DOCTYPE, which bank statements do not have."),
    "statement_too_complex": _("The statement holds more than can be read at once."),
    "payment_line_refused": _("This line cannot be taken."),
    "payment_line_short": _("The line has another number of values than the first line has."),
    "payment_date_missing": _("The day of receipt is missing."),
    "payment_date_unreadable": _("“%(value)s” is not a day. Examples: 2026-11-30, 30/11/2026"),
    "payment_amount_missing": _("The amount is missing."),
    "payment_reference_taken": _(
        "The payment %(reference)s is here already, with another amount or another day."
    ),
    "payment_reference_too_long": _("The reference is longer than %(limit)s characters."),
    "batch_does_not_add_up": _(
        "The parts of this collective entry do not add up to its amount. Record its payments one by one."
    ),
    "payment_line_skipped": _("This is no payment received."),
    "entry_is_debit": _("Money that went out."),
    "entry_is_reversal": _(
        "A booking that was reversed. If a payment was taken back by the bank, take it back here too."
    ),
    "entry_not_booked": _("Not booked yet; it comes again in a later statement."),
    "entry_is_return": _("Money of ours that came back."),
    "page_unknown": _("This page of the list no longer exists. Start again from the first page."),
    "invoice_unknown": _("This invoice does not exist."),
}

_ARCHIVE = {
    "blob_missing": _(
        "This document cannot be found in the archive. We have been told and will restore it."
    ),
    "blob_damaged": _(
        "This document is damaged in the archive. We have been told and will restore it."
    ),
    "storage_unavailable": _(
        "The document archive cannot be reached right now. Please try again in a few minutes."
    ),
    "storage_full": _("The document archive is full. Nothing was stored; please contact us."),
    "storage_url_invalid": _("The address of the document archive is not valid."),
    "rendering_failed": _("The PDF could not be made. The XML is still available."),
}

_DOCUMENTS = {
    "document_unreadable": _("This is not an invoice or credit note that can be read."),
    "document_empty": _("The file is empty."),
    "document_too_large": _("The document is larger than %(limit_mb)s MB."),
    "document_too_complex": _("The document has more in it than any invoice has."),
    "not_xml": _("The file is not well-formed XML (line %(line)s)."),
    "encoding_invalid": _("The characters of the file are not in the encoding it declares."),
    "dtd_refused": _("The file contains a DOCTYPE, which invoices may not have."),
    "not_an_invoice": _("The file is XML, but not a UBL invoice or credit note (“%(root)s”)."),
    "number_missing": _("The document has no number."),
    "number_too_long": _("The number is longer than %(limit)s characters."),
    "issue_date_missing": _("The document has no issue date."),
    "issue_date_invalid": _("“%(value)s” is not a date of issue."),
    "date_invalid": _("“%(value)s” is not a date (%(field)s)."),
    "currency_mismatch": _("A total is in %(found)s, while the document is in %(currency)s."),
    "amount_missing": _("A total is missing (%(field)s)."),
    "amount_invalid": _("“%(value)s” is not an amount (%(field)s)."),
    "seller_missing": _("The document does not say who sells."),
    "buyer_missing": _("The document does not say who buys."),
}

_FILES = {
    "source_refused": _("This file was not looked into."),
    "source_empty": _("There is no XML file in it."),
    "file_missing": _("This file does not exist."),
    "file_unreadable": _("This file cannot be read."),
    "file_type_unknown": _("Only XML and ZIP files can be imported."),
    "zip_invalid": _("The ZIP file is damaged, or is not a ZIP file."),
    "zip_too_many_entries": _("The ZIP file holds more than %(limit)s files."),
    "zip_entry_name": _("The name of this file leads out of its folder."),
    "zip_entry_duplicate": _("The ZIP file holds two files of this name."),
    "zip_entry_link": _("This is a link, not a file."),
    "zip_entry_encrypted": _("This file is protected by a password."),
    "zip_nested": _("A ZIP file inside a ZIP file is not opened."),
    "zip_entry_damaged": _("This file is damaged inside the ZIP file."),
    "zip_bomb": _("The ZIP file unpacks to far more than it should. The rest was not read."),
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

_IMPORT = {
    "document_refused": _("This document is not taken."),
    "buyer_unidentified": _("“%(name)s” is named without any number that identifies it."),
    "buyer_unknown": _("No company has the identifiers of “%(name)s”."),
    "buyer_ambiguous": _("Several companies share the identifiers of “%(name)s”."),
    "not_in_portfolio": _("The buyer is not a company of your portfolio."),
    "number_taken": _("%(number)s of this seller is here already, with other content."),
    "company_without_address": _("The company has no address in use for this document."),
    "database_locked": _("The database is busy with other work. Please try again in a moment."),
    "database_full": _("The database has no room left. Please contact us."),
    "too_many_documents": _("At most %(limit)s documents can be imported at once."),
    "nothing_uploaded": _("Choose one or more XML files, or a ZIP file."),
    "import_unknown": _("This import does not exist."),
    "upload_expired": _("This upload is no longer kept. Please upload the files again."),
    "manager_unknown": _("No account manager signs in with %(email)s."),
}

_WARNINGS = {
    "sums_differ": _("A sum does not add up (%(rule)s): %(expected)s expected, %(found)s found."),
    "check_digits_wrong": _("The check digits of %(field)s are wrong."),
    "seller_not_issuer": _("The seller “%(name)s” is not the issuer of this portal."),
    "lines_missing": _("The document has no lines."),
    "type_code_disagrees": _("The type code %(type_code)s does not fit this kind of document."),
    "embedded_pdf_unreadable": _("The PDF inside the document cannot be read."),
    "embedded_pdf_ambiguous": _(
        "The document holds %(count)s PDF files, and none says it is the invoice."
    ),
}

NAMED_FIELDS: Mapping[object, LazyString] = MappingProxyType(
    {
        "seller.vat_id": _("the VAT number of the seller"),
        "seller.legal_id": _("the enterprise number of the seller"),
        "seller.endpoint": _("the PEPPOL identifier of the seller"),
        "buyer.vat_id": _("the VAT number of the buyer"),
        "buyer.legal_id": _("the enterprise number of the buyer"),
        "buyer.endpoint": _("the PEPPOL identifier of the buyer"),
        "payment.iban": _("the account number"),
        "payment.id": _("the structured communication"),
    }
)
"""Parts of a document as a warning names them."""

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
        **_MONEY,
        **_PAYMENT_FILES,
        **_ARCHIVE,
        **_DOCUMENTS,
        **_FILES,
        **_COMPANY,
        **_IMPORT,
        **_WARNINGS,
        **_MAIL,
        **_STAFF,
    }
)

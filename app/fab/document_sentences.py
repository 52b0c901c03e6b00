"""The sentences about documents and money: what is refused or warned of in files, and in what pays them."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

_ = lazy_gettext

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
    "statement_needs_every_address": _(
        "A statement of account is of the whole company, and your access is limited to some addresses."
    ),
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
    "nothing_uploaded": _("Choose one or more XML files, or a ZIP file."),
    "import_unknown": _("This import does not exist."),
    "too_many_exports": _(
        "%(most)s of your files are being made already. Wait until one of them is ready, or delete one."
    ),
    "export_unknown": _("This file does not exist, or is no longer kept."),
    "export_not_allowed": _(
        "Your access has changed since you asked for this file. Ask for it again."
    ),
    "export_gone": _("This file was deleted while it was being made."),
    "export_not_made": _(
        "Something went wrong on our side, and our team can see it. Please ask for the file again."
    ),
    "upload_expired": _("This upload is no longer kept. Please upload the files again."),
    "import_taken": _("Another worker goes on with this import."),
    "import_decided": _("This upload was decided on already, or is not checked yet."),
    "import_given_up": _(
        "The import was given up after several attempts. Upload the same files again: what is here is left alone."
    ),
    "import_busy": _("The import is at work. Please try again when it has ended."),
    "import_nothing_to_repair": _("No refused document of this import is kept any more."),
    "import_row_unknown": _("This document is not part of this import."),
    "import_row_repaired": _("This document was repaired already."),
    "import_row_not_held": _("The refused file is not kept any more. Upload a corrected one."),
    "import_one_document": _("Choose one XML file, or a ZIP file with one document."),
    "uploader_gone": _(
        "Whoever uploaded these files is no account manager any more, or may not sign in."
    ),
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

DOCUMENT_SENTENCES: Mapping[str, LazyString] = MappingProxyType(
    {
        **_MONEY,
        **_PAYMENT_FILES,
        **_ARCHIVE,
        **_DOCUMENTS,
        **_FILES,
        **_IMPORT,
        **_WARNINGS,
    }
)

"""Why the import refuses a document that could be read."""

from typing import ClassVar

from app.domain.errors import DomainError


class DocumentRefused(DomainError):
    """A document that was read and is not taken."""

    code: ClassVar[str] = "document_refused"


class BuyerUnidentified(DocumentRefused):
    """The buyer has a name at most: no number, no endpoint, no customer reference. params: name."""

    code = "buyer_unidentified"


class BuyerUnknown(DocumentRefused):
    """No company has any of the buyer's identifiers. params: name."""

    code = "buyer_unknown"


class BuyerAmbiguous(DocumentRefused):
    """Several companies share the identifiers that the document gives. params: name."""

    code = "buyer_ambiguous"


class NotInPortfolio(DocumentRefused):
    """The buyer is a company of another account manager, or of nobody yet."""

    code = "not_in_portfolio"


class NumberTaken(DocumentRefused):
    """The seller's document of this number and kind is here already, with other bytes. params: number."""

    code = "number_taken"


class CompanyWithoutAddress(DocumentRefused):
    """Every address of the company is archived, so the document has nowhere to go."""

    code = "company_without_address"


class ManagerUnknown(DomainError):
    """Nobody who is an account manager signs in with this address. params: email."""

    code: ClassVar[str] = "manager_unknown"


class UploaderGone(DomainError):
    """Whoever uploaded it is no account manager any more, or may not sign in."""

    code: ClassVar[str] = "uploader_gone"


class ImportUnknown(DomainError):
    """No such import, or somebody else's."""

    code: ClassVar[str] = "import_unknown"

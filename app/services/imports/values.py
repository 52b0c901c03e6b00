"""What goes into an import and what comes out of it, document by document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from app.documents import ubl_reader
from app.documents.archives import SourceFile
from app.documents.ubl_reader import ReadDocument
from app.documents.verdicts import DocumentWarning, UnreadableDocument
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportSource


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What somebody asked for. `companies` limits an account manager to the own portfolio; None is no limit.

    `manager_id` is who gets the companies that the import creates; None leaves them unassigned.
    `started_by_id` is the user whose import it is; None for a command.
    """

    source: ImportSource
    create_companies: bool = False
    manager_id: int | None = None
    started_by_id: int | None = None
    companies: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document that is here already, recognised by its bytes. `kind` is the name of an InvoiceKind."""

    number: str
    kind: str
    company_id: int
    company_name: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document as it was read, or the reason why it was not. One that is `stored` need not be read."""

    file: str
    data: bytes = b""
    sha256: str = ""
    document: ReadDocument | None = None
    refusal: DomainError | None = None
    stored: StoredDocument | None = None


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """What became of one document. `code` and `params` say why, for words in the reader's language."""

    file: str
    outcome: ImportOutcome
    number: str | None = None
    kind: str | None = None
    company_id: int | None = None
    company_name: str | None = None
    code: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[DocumentWarning, ...] = ()


def hashed(source: SourceFile) -> str:
    """What names the bytes of a document: SHA-256 in hexadecimal; "" where there are none."""
    return "" if source.refusal is not None else sha256(source.data).hexdigest()


def read_source(source: SourceFile, sha: str, stored: StoredDocument | None = None) -> Incoming:
    """Read a document, unless it is here already; nothing is asked of the database."""
    if source.refusal is not None:
        return Incoming(source.name, refusal=source.refusal)
    if stored is not None:
        return Incoming(source.name, source.data, sha, stored=stored)
    try:
        document = ubl_reader.read(source.data)
    except UnreadableDocument as refusal:
        return Incoming(source.name, source.data, sha, refusal=refusal)
    return Incoming(source.name, source.data, sha, document)

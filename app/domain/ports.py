"""What the product needs from outside, as Protocols; `create_app` chooses who answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from app.domain.einvoice import EInvoice
from app.domain.errors import DomainError
from app.domain.mail import MailMessage
from app.domain.openid import IdentityProvider


class BlobMissing(DomainError):
    """No blob has this name, though a document refers to it."""

    code: ClassVar[str] = "blob_missing"


class BlobDamaged(DomainError):
    """The bytes in storage are not those that were put there: their hash differs."""

    code: ClassVar[str] = "blob_damaged"


class StorageUnavailable(DomainError):
    """Storage did not answer, or refused us. Nothing was written."""

    code: ClassVar[str] = "storage_unavailable"


class StorageFull(StorageUnavailable):
    """No room is left. Nothing was written."""

    code: ClassVar[str] = "storage_full"


class RenderingFailed(DomainError):
    """The document could not be drawn. `reason` is for the log, not for the customer."""

    code: ClassVar[str] = "rendering_failed"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was written: by these, whoever reads it knows that it is still the same."""

    name: str
    size_bytes: int
    sha256: str


class BlobStore(Protocol):
    """Immutable bytes named by their SHA-256 in lower-case hexadecimal; and files, which are written once and go again.

    A file is too large to be held, and its hash is known at its end only: its name is the caller's, `folder/name` in
    lower-case letters, digits and hyphens, and is never used twice. Every method may raise StorageUnavailable.
    """

    def put(self, data: bytes, *, media_type: str) -> str:
        """Store and return the name. Bytes that are there already are left alone.

        Raises StorageFull; in that case, as in any other failure, nothing is left half-written.
        """
        ...

    def read(self, sha256: str) -> bytes:
        """All of the bytes, verified. Raises BlobMissing or BlobDamaged."""
        ...

    def open(self, sha256: str) -> Iterator[bytes]:
        """The verified bytes in pieces, to be streamed.

        Raises BlobMissing or BlobDamaged here, before the first piece: the whole blob is read
        and checked first, which is right for documents (at most some megabytes) and lets a
        download promise its ETag.
        """
        ...

    def exists(self, sha256: str) -> bool: ...

    def size(self, sha256: str) -> int:
        """In bytes. Raises BlobMissing."""
        ...

    def put_file(self, name: str, pieces: Iterable[bytes], *, media_type: str) -> StoredFile:
        """Store the pieces one after the other, a few megabytes of them in memory at a time.

        The pieces are asked for in the caller's thread; what they raise leaves no file. Raises StorageFull.
        """
        ...

    def open_file(
        self, file: StoredFile, *, first: int = 0, last: int | None = None
    ) -> Iterator[bytes]:
        """The bytes from `first` to `last`, both included, in pieces to be streamed.

        Raises BlobMissing or BlobDamaged (another size) here. A whole file is verified while it goes out: where its
        hash differs, BlobDamaged is raised before its last piece, so that nobody takes it for complete.
        """
        ...

    def delete_files(self, folder: str) -> int:
        """Delete the files of a folder, and what was left of those half-written there; how many there were."""
        ...


class HoldingArea(Protocol):
    """Bytes that are kept for a while, such as an upload that waits for a decision.

    Each has a name of its own, so that nothing in it is shared, and nothing is kept for good among
    them: what lies here may be discarded without asking who else needs it.
    Every method may raise StorageUnavailable.
    """

    def hold(self, pieces: Iterable[bytes], *, folder: str) -> str:
        """Keep the pieces as one, in bounded memory, and return the name. Raises StorageFull."""
        ...

    def read(self, name: str, *, start: int, size: int) -> bytes:
        """A part. Raises BlobMissing where it was discarded, or is shorter."""
        ...

    def open(self, name: str) -> Iterator[bytes]:
        """All of it, in pieces. Raises BlobMissing before the first one."""
        ...

    def discard(self, name: str) -> None:
        """It is gone, or was before."""
        ...

    def discard_before(self, at: datetime, *, folder: str) -> int:
        """Discard what was put into the folder before `at`, a thousand at most; how many."""
        ...


@dataclass(frozen=True, slots=True)
class Brand:
    """How the issuer's documents look. Part of a document's bytes, so changes make new bytes."""

    issuer_name: str
    colour: str = "#0b5fff"
    """`#rrggbb`; anything else is refused by the renderer."""
    logo_png: bytes | None = None
    footer: Mapping[str, str] = field(default_factory=dict)
    """Terms printed below the document, by language (fr, nl, de, en)."""


class DocumentRenderer(Protocol):
    def render(self, einvoice: EInvoice, *, xml: bytes, language: str, brand: Brand) -> bytes:
        """The readable copy (PDF) of `xml`, with `xml` attached to it.

        Same arguments, same bytes. `language` is fr, nl, de or en. Raises RenderingFailed.
        """
        ...


class MailRefused(DomainError):
    """It will never be sent as it is. `reason` is a code whose sentence tells a person why."""

    code: ClassVar[str] = "mail_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class MailDelayed(DomainError):
    """It could not be handed over now. `may_have_arrived`: the answer to all of it was never heard."""

    code: ClassVar[str] = "mail_delayed"

    def __init__(self, reason: str, *, may_have_arrived: bool = False) -> None:
        super().__init__(reason=reason)
        self.reason = reason
        self.may_have_arrived = may_have_arrived


class Mailer(Protocol):
    def send(self, message: MailMessage) -> None:
        """Hand one mail over; it returns once the other side answers for it. Raises MailRefused, MailDelayed."""
        ...


class SealBroken(DomainError):
    """A sealed value does not open: its key is gone, or it was not sealed for the place where it stands."""

    code: ClassVar[str] = "seal_broken"


class Vault(Protocol):
    """Seals what the database must not be able to tell: seeds of codes, account numbers.

    `place` is `table|column|owner` (`second_step|sealed_seed|42`), the same for sealing and opening.
    """

    def seal(self, text: str, *, place: str) -> str: ...

    def open(self, sealed: str, *, place: str) -> str:
        """Raises SealBroken."""
        ...

    def is_sealed_by_first(self, sealed: str) -> bool:
        """Whether the key that seals today has sealed it; else it is sealed again when keys are rotated."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them, as `create_app` wired them from the settings."""

    blobs: BlobStore
    holding: HoldingArea
    renderer: DocumentRenderer
    mailer: Mailer
    vault: Vault
    providers: Mapping[str, IdentityProvider] = field(default_factory=dict)
    """Whom people may sign in through, by name, in the order of the settings."""

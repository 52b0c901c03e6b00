"""Why a file, a folder, an archive or an entry of one is not looked into."""

from typing import ClassVar

from app.domain.errors import DomainError


class SourceRefused(DomainError):
    """A file, or an entry of an archive, that is not even looked into."""

    code: ClassVar[str] = "source_refused"


class SourceMissing(SourceRefused):
    code = "file_missing"


class SourceUnreadable(SourceRefused):
    code = "file_unreadable"


class NotAnArchive(SourceRefused):
    """The ZIP is damaged, or is none."""

    code = "zip_invalid"


class TooManyEntries(SourceRefused):
    """params: limit. Entries beyond the limit are not read."""

    code = "zip_too_many_entries"


class EntryNameRefused(SourceRefused):
    """An absolute path, "..", a drive letter, a backslash or a control character."""

    code = "zip_entry_name"


class EntryDuplicate(SourceRefused):
    code = "zip_entry_duplicate"


class EntryIsLink(SourceRefused):
    """A symbolic link, or anything else that is no plain file."""

    code = "zip_entry_link"


class EntryEncrypted(SourceRefused):
    code = "zip_entry_encrypted"


class EntryIsArchive(SourceRefused):
    """An archive in an archive."""

    code = "zip_nested"


class EntryTooLarge(SourceRefused):
    """params: limit_bytes."""

    code = "document_too_large"


class EntryDamaged(SourceRefused):
    code = "zip_entry_damaged"


class ArchiveIsBomb(SourceRefused):
    """It inflates beyond the limits. The rest of it is not read."""

    code = "zip_bomb"


class NothingInside(SourceRefused):
    """A folder or an archive without a single .xml file."""

    code = "source_empty"


class NotADocument(SourceRefused):
    """A file that was named for import and is neither .xml nor .zip."""

    code = "file_type_unknown"

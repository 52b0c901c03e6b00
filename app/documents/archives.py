"""Where documents to import come from: files, folders and ZIP archives, one document at a time."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, ClassVar

from app.documents.ubl_xml import MAX_BYTES
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


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold. Sizes are those met while inflating: headers may lie."""

    entries: int = 10_000
    entry_bytes: int = MAX_BYTES
    total_bytes: int = 2 * 1024**3
    ratio: int = 200
    """Inflated to packed bytes of the whole archive. XML of many equal lines packs 50 to 1."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file from a form; `stream` can seek. Unlike a path it has no folder to search."""

    name: str
    stream: IO[bytes]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A document's bytes, or why there are none. An entry is named "archive.zip/folder/a.xml"."""

    name: str
    data: bytes = b""
    refusal: SourceRefused | None = None


DEFAULT_LIMITS = ArchiveLimits()
_PIECE_BYTES = 256 * 1024
_ENTRY_NAMED_BYTES = 1024  # what the directory of an archive may say of one entry
_LEAST_DIRECTORY_BYTES = 1024 * 1024  # contents are read in pieces smaller than this
_RATIO_APPLIES_FROM = 10 * 1024 * 1024  # below it no ratio does harm
_ARCHIVE_SUFFIXES = {".zip", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".rar"}
_LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db"}  # what desktops add to archives, and nobody sends


def iter_sources(
    sources: Iterable[Path | UploadedFile], *, limits: ArchiveLimits = DEFAULT_LIMITS
) -> Iterator[SourceFile]:
    """Every document of the files, folders and archives, in the order of their names.

    One document is in memory at a time. Files beside the documents (PDFs, an index) are passed
    over in folders and archives, so that an archive this product made can be read again.
    What is wrong with one document is its refusal, and the others follow; what is wrong with an
    archive as a whole is one refusal in its name.
    """
    for source in sources:
        if isinstance(source, UploadedFile):
            yield from _from_upload(source, limits)
        elif source.is_dir():
            yield from _from_folder(source, limits)
        else:
            yield from _from_path(source, source.name, limits)


def _from_folder(folder: Path, limits: ArchiveLimits) -> Iterator[SourceFile]:
    is_empty = True
    for path in _documents_below(folder):
        is_empty = False
        yield from _from_path(path, path.relative_to(folder.parent).as_posix(), limits)
    if is_empty:
        yield SourceFile(folder.name, refusal=NothingInside())


def _documents_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in {".xml", ".zip"}:
                yield Path(parent, name)


def _from_upload(upload: UploadedFile, limits: ArchiveLimits) -> Iterator[SourceFile]:
    name = upload.name.replace("\\", "/").rpartition("/")[2]
    yield from _from_stream(_printable(name), upload.stream, limits)


def _from_path(path: Path, name: str, limits: ArchiveLimits) -> Iterator[SourceFile]:
    try:
        with path.open("rb") as stream:
            yield from _from_stream(name, stream, limits)
    except FileNotFoundError:
        yield SourceFile(name, refusal=SourceMissing())
    except OSError:
        yield SourceFile(name, refusal=SourceUnreadable())


def _from_stream(name: str, stream: IO[bytes], limits: ArchiveLimits) -> Iterator[SourceFile]:
    suffix = Path(name).suffix.lower()
    if suffix == ".zip":
        yield from _from_archive(name, stream, limits)
    elif suffix == ".xml":
        data = _read_up_to(stream, limits.entry_bytes)
        yield _too_large(name, limits) if data is None else SourceFile(name, data)
    else:
        yield SourceFile(name, refusal=NotADocument())


def _read_up_to(stream: IO[bytes], limit_bytes: int) -> bytes | None:
    """All of it, or None when there is more; asking for the limit at once would reserve it."""
    data = bytearray()
    while piece := stream.read(_PIECE_BYTES):
        data += piece
        if len(data) > limit_bytes:
            return None
    return bytes(data)


def _from_archive(name: str, stream: IO[bytes], limits: ArchiveLimits) -> Iterator[SourceFile]:
    try:
        most_bytes = max(_LEAST_DIRECTORY_BYTES, limits.entries * _ENTRY_NAMED_BYTES)
        archive = zipfile.ZipFile(_ShortReads(stream, most_bytes))
    except TooManyEntries:
        yield SourceFile(name, refusal=TooManyEntries(limit=limits.entries))
        return
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError):
        yield SourceFile(name, refusal=NotAnArchive())
        return
    with archive:
        packed_bytes = stream.seek(0, os.SEEK_END)
        yield from _Unpacking(name, archive, packed_bytes=packed_bytes, limits=limits).documents()


class _ShortReads(io.BufferedIOBase):
    """A file of which nobody gets more than `most_bytes` at once.

    zipfile reads the whole directory of an archive in one go and makes objects of all its entries
    before anybody can count them: 100 MB of directory take a gigabyte.
    """

    def __init__(self, stream: IO[bytes], most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises TooManyEntries."""
        if size is not None and size > self._most_bytes:
            raise TooManyEntries
        return self._stream.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True


class _Unpacking:
    """One pass over an archive; counts what came out of it."""

    def __init__(
        self, name: str, archive: zipfile.ZipFile, *, packed_bytes: int, limits: ArchiveLimits
    ) -> None:
        self._name = name
        self._archive = archive
        self._limits = limits
        self._most_bytes = min(
            limits.total_bytes, max(_RATIO_APPLIES_FROM, packed_bytes * limits.ratio)
        )
        self._inflated = 0
        self._seen: set[str] = set()

    def documents(self) -> Iterator[SourceFile]:
        entries = [entry for entry in self._archive.infolist() if not _is_litter(entry)]
        if len(entries) > self._limits.entries:
            yield SourceFile(self._name, refusal=TooManyEntries(limit=self._limits.entries))
            return
        is_empty = True
        for entry in sorted(entries, key=lambda each: each.filename):
            found = self._document(entry)
            if found is not None:
                is_empty = False
                yield found
                if isinstance(found.refusal, ArchiveIsBomb):
                    return
        if is_empty:
            yield SourceFile(self._name, refusal=NothingInside())

    def _document(self, entry: zipfile.ZipInfo) -> SourceFile | None:
        name = f"{self._name}/{_printable(entry.filename)[:200]}"
        try:
            self._refuse_by_name(entry)
            if PurePosixPath(entry.filename).suffix.lower() != ".xml":
                return None
            return SourceFile(name, self._read(entry))
        except SourceRefused as refusal:
            return SourceFile(name, refusal=refusal)

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        try:
            with self._archive.open(entry) as inflating:
                return self._inflate(inflating)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,  # an entry said to begin before its file
            struct.error,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise EntryDamaged from error

    def _refuse_by_name(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename
        path = PurePosixPath(name)
        if (
            not name.isprintable()
            or "\\" in entry.orig_filename
            or ":" in name
            or path.is_absolute()
            or ".." in path.parts
        ):
            raise EntryNameRefused
        # Two names that a file system without case would make one are duplicates as well.
        if str(path).casefold() in self._seen:
            raise EntryDuplicate
        self._seen.add(str(path).casefold())
        if entry.external_attr >> 16 and stat.S_IFMT(entry.external_attr >> 16) not in {
            0,
            stat.S_IFREG,
        }:
            raise EntryIsLink
        if entry.flag_bits & 0x1:
            raise EntryEncrypted
        if path.suffix.lower() in _ARCHIVE_SUFFIXES:
            raise EntryIsArchive

    def _inflate(self, inflating: IO[bytes]) -> bytes:
        pieces = []
        size = 0
        while piece := inflating.read(_PIECE_BYTES):
            size += len(piece)
            self._inflated += len(piece)
            if self._inflated > self._most_bytes:
                raise ArchiveIsBomb
            if size > self._limits.entry_bytes:
                raise EntryTooLarge(limit_bytes=self._limits.entry_bytes)
            pieces.append(piece)
        return b"".join(pieces)


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or bool(_LITTER.intersection(PurePosixPath(entry.filename).parts))


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)


def _too_large(name: str, limits: ArchiveLimits) -> SourceFile:
    return SourceFile(name, refusal=EntryTooLarge(limit_bytes=limits.entry_bytes))

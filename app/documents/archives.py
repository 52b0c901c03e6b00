"""Where documents to import come from: files, folders and ZIP archives, one document at a time."""

import io
import math
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from app.documents.refused_sources import (
    ArchiveIsBomb,
    EntryDamaged,
    EntryDuplicate,
    EntryEncrypted,
    EntryIsArchive,
    EntryIsLink,
    EntryNameRefused,
    EntryTooLarge,
    NotADocument,
    NotAnArchive,
    NothingInside,
    SourceMissing,
    SourceRefused,
    SourceUnreadable,
    TooManyEntries,
)
from app.documents.ubl_xml import MAX_BYTES


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold. Sizes are those met while inflating: headers may lie."""

    entries: int = 250_000
    entry_bytes: int = MAX_BYTES
    total_bytes: int = 64 * 1024**3
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
_ENTRY_NAMED_BYTES = 256  # what the directory of an archive says of one entry, on average
_ENTRY_BEGINS = b"PK\x01\x02"  # in the directory of an archive
_LEAST_DIRECTORY_BYTES = 1024 * 1024  # contents are read in pieces smaller than this
_RATIO_APPLIES_FROM = 10 * 1024 * 1024  # below it no ratio does harm
_ARCHIVE_SUFFIXES = {".zip", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".rar"}
_LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db"}  # what desktops add to archives, and nobody sends


@dataclass(slots=True)
class _Passing:
    """Counts documents as they come, and says which are passed over unread: the first ones."""

    over: float
    count: int = 0

    def passes(self) -> bool:
        self.count += 1
        return self.count <= self.over


def iter_sources(
    sources: Iterable[Path | UploadedFile],
    *,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    skip: int = 0,
) -> Iterator[SourceFile]:
    """Every document of the files, folders and archives, in the order of their names.

    One document is in memory at a time. Files beside the documents (PDFs, an index) are passed
    over in folders and archives, so that an archive this product made can be read again.
    What is wrong with one document is its refusal, and the others follow; what is wrong with an
    archive as a whole is one refusal in its name. The first `skip` of all that are not read.
    """
    yield from _documents(sources, limits, _Passing(skip))


def count_sources(
    sources: Iterable[Path | UploadedFile], *, limits: ArchiveLimits = DEFAULT_LIMITS
) -> int:
    """How many documents `iter_sources` would give, none of which is read: by names alone."""
    passing = _Passing(math.inf)
    for _none in _documents(sources, limits, passing):
        pass
    return passing.count


def _documents(
    sources: Iterable[Path | UploadedFile], limits: ArchiveLimits, passing: _Passing
) -> Iterator[SourceFile]:
    for source in sources:
        if isinstance(source, UploadedFile):
            yield from _from_upload(source, limits, passing)
        elif source.is_dir():
            yield from _from_folder(source, limits, passing)
        else:
            yield from _from_path(source, source.name, limits=limits, passing=passing)


def _from_folder(folder: Path, limits: ArchiveLimits, passing: _Passing) -> Iterator[SourceFile]:
    is_empty = True
    for path in _documents_below(folder):
        is_empty = False
        name = path.relative_to(folder.parent).as_posix()
        yield from _from_path(path, name, limits=limits, passing=passing)
    if is_empty and not passing.passes():
        yield SourceFile(folder.name, refusal=NothingInside())


def _documents_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in {".xml", ".zip"}:
                yield Path(parent, name)


def _from_upload(
    upload: UploadedFile, limits: ArchiveLimits, passing: _Passing
) -> Iterator[SourceFile]:
    name = _printable(upload.name.replace("\\", "/").rpartition("/")[2])
    if _is_archive(name):
        yield from _from_archive(name, upload.stream, limits=limits, passing=passing)
    elif not passing.passes():
        yield _from_stream(name, upload.stream, limits)


def _from_path(
    path: Path, name: str, *, limits: ArchiveLimits, passing: _Passing
) -> Iterator[SourceFile]:
    if not _is_archive(name) and passing.passes():
        return
    try:
        with path.open("rb") as stream:
            if _is_archive(name):
                yield from _from_archive(name, stream, limits=limits, passing=passing)
            else:
                yield _from_stream(name, stream, limits)
    except FileNotFoundError:
        yield from _unless_passed(name, SourceMissing(), passing)
    except OSError:
        yield from _unless_passed(name, SourceUnreadable(), passing)


def _unless_passed(name: str, refusal: SourceRefused, passing: _Passing) -> Iterator[SourceFile]:
    """What is no archive was counted before it was opened."""
    if not _is_archive(name) or not passing.passes():
        yield SourceFile(name, refusal=refusal)


def _is_archive(name: str) -> bool:
    return Path(name).suffix.lower() == ".zip"


def _from_stream(name: str, stream: IO[bytes], limits: ArchiveLimits) -> SourceFile:
    if Path(name).suffix.lower() != ".xml":
        return SourceFile(name, refusal=NotADocument())
    data = _read_up_to(stream, limits.entry_bytes)
    return _too_large(name, limits) if data is None else SourceFile(name, data)


def _read_up_to(stream: IO[bytes], limit_bytes: int) -> bytes | None:
    """All of it, or None when there is more; asking for the limit at once would reserve it."""
    data = bytearray()
    while piece := stream.read(_PIECE_BYTES):
        data += piece
        if len(data) > limit_bytes:
            return None
    return bytes(data)


def _from_archive(
    name: str, stream: IO[bytes], *, limits: ArchiveLimits, passing: _Passing
) -> Iterator[SourceFile]:
    try:
        archive = zipfile.ZipFile(_ShortReads(stream, limits.entries))
    except TooManyEntries:
        yield from _unless_passed(name, TooManyEntries(limit=limits.entries), passing)
        return
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError):
        yield from _unless_passed(name, NotAnArchive(), passing)
        return
    with archive:
        packed_bytes = stream.seek(0, os.SEEK_END)
        unpacking = _Unpacking(name, archive, packed_bytes=packed_bytes, limits=limits)
        yield from unpacking.documents(passing)


class _ShortReads(io.BufferedIOBase):
    """A file of which nobody gets more at once than the directory of so many entries takes.

    zipfile reads the whole directory of an archive in one go and makes objects of all its entries
    before anybody can count them: 100 MB of directory take a gigabyte.
    """

    def __init__(self, stream: IO[bytes], entries: int) -> None:
        self._stream = stream
        self._entries = entries
        self._most_bytes = max(_LEAST_DIRECTORY_BYTES, entries * _ENTRY_NAMED_BYTES)

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises TooManyEntries."""
        if size is not None and size > self._most_bytes:
            raise TooManyEntries
        data = self._stream.read(-1 if size is None else size)
        if len(data) > _LEAST_DIRECTORY_BYTES and data.count(_ENTRY_BEGINS) > self._entries:
            raise TooManyEntries
        return data

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

    def documents(self, passing: _Passing) -> Iterator[SourceFile]:
        entries = [entry for entry in self._archive.infolist() if not _is_litter(entry)]
        if len(entries) > self._limits.entries:
            refusal = TooManyEntries(limit=self._limits.entries)
            yield from _unless_passed(self._name, refusal, passing)
            return
        is_empty = True
        for entry in sorted(entries, key=lambda each: each.filename):
            refusal_by_name = self._refusal_by_name(entry)
            if refusal_by_name is None and not _is_document(entry):
                continue
            is_empty = False
            if passing.passes():
                self._inflated += entry.file_size  # as it says; it was read in an earlier pass
                continue
            found = self._document(entry, refusal_by_name)
            yield found
            if isinstance(found.refusal, ArchiveIsBomb):
                return
        if is_empty:
            yield from _unless_passed(self._name, NothingInside(), passing)

    def _document(self, entry: zipfile.ZipInfo, refusal: SourceRefused | None) -> SourceFile:
        name = f"{self._name}/{_printable(entry.filename)[:200]}"
        if refusal is not None:
            return SourceFile(name, refusal=refusal)
        try:
            return SourceFile(name, self._read(entry))
        except SourceRefused as refused:
            return SourceFile(name, refusal=refused)

    def _refusal_by_name(self, entry: zipfile.ZipInfo) -> SourceRefused | None:
        try:
            self._refuse_by_name(entry)
        except SourceRefused as refusal:
            return refusal
        return None

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


def _is_document(entry: zipfile.ZipInfo) -> bool:
    return PurePosixPath(entry.filename).suffix.lower() == ".xml"


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or bool(_LITTER.intersection(PurePosixPath(entry.filename).parts))


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)


def _too_large(name: str, limits: ArchiveLimits) -> SourceFile:
    return SourceFile(name, refusal=EntryTooLarge(limit_bytes=limits.entry_bytes))

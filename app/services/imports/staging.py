"""What an upload would import, kept between its report and the decision of its reader.

The documents that would be created are put where documents are kept: confirmed, they are there
already; never confirmed, they are bytes that nothing refers to. What is refused is not kept.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.documents.archives import SourceFile
from app.documents.verdicts import DocumentWarning
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome
from app.domain.invoicing import DocumentFormat
from app.domain.ports import BlobStore
from app.services.imports.values import DocumentResult, Incoming

MAX_DOCUMENTS = 500


class TooManyDocuments(DomainError):
    """More in one upload than a page can answer for. params: limit."""

    code = "too_many_documents"


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """One line of the report; `sha256` names the bytes of a document that would be created."""

    result: DocumentResult
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """The report of an upload, as its reader saw it."""

    create_companies: bool
    documents: tuple[KeptDocument, ...]

    @property
    def importable(self) -> int:
        return sum(one.sha256 is not None for one in self.documents)


@dataclass(slots=True)
class Staging:
    """Takes the outcomes of a dry run, one by one, and keeps what is worth keeping."""

    blobs: BlobStore
    _documents: list[KeptDocument] = field(default_factory=list)

    def limited(self, sources: Iterable[SourceFile]) -> Iterator[SourceFile]:
        """The same sources. Raises TooManyDocuments beyond MAX_DOCUMENTS."""
        for count, source in enumerate(sources, start=1):
            if count > MAX_DOCUMENTS:
                raise TooManyDocuments(limit=MAX_DOCUMENTS)
            yield source

    def add(self, result: DocumentResult, incoming: Incoming) -> None:
        sha256 = None
        if result.outcome is ImportOutcome.CREATED:
            sha256 = self.blobs.put(incoming.data, media_type=DocumentFormat.XML.media_type)
        self._documents.append(KeptDocument(result, sha256))

    def keep(self, *, create_companies: bool) -> str:
        """Store the report and return its name."""
        report = {
            "create_companies": create_companies,
            "documents": [_dumped(one) for one in self._documents],
        }
        data = json.dumps(report, ensure_ascii=False).encode()
        return self.blobs.put(data, media_type="application/json")


def read_upload(blobs: BlobStore, name: str) -> KeptUpload:
    """The report that `keep` stored. Raises BlobMissing, BlobDamaged or StorageUnavailable."""
    report = json.loads(blobs.read(name))
    documents = tuple(_loaded(one) for one in report["documents"])
    return KeptUpload(report["create_companies"], documents)


def kept_sources(blobs: BlobStore, upload: KeptUpload) -> Iterator[SourceFile]:
    """The documents to import, one in memory at a time."""
    for one in upload.documents:
        if one.sha256 is not None:
            yield SourceFile(one.result.file, blobs.read(one.sha256))


def _dumped(document: KeptDocument) -> dict[str, Any]:
    result = document.result
    return {
        "sha256": document.sha256,
        "file": result.file,
        "outcome": result.outcome.value,
        "number": result.number,
        "kind": result.kind,
        "company_name": result.company_name,
        "code": result.code,
        "params": dict(result.params),
        "warnings": [{"code": one.code, "params": dict(one.params)} for one in result.warnings],
    }


def _loaded(line: Mapping[str, Any]) -> KeptDocument:
    values = {name: value for name, value in line.items() if name != "sha256"}
    values["outcome"] = ImportOutcome(line["outcome"])
    values["warnings"] = tuple(DocumentWarning(**one) for one in line["warnings"])
    return KeptDocument(DocumentResult(**values), line["sha256"])

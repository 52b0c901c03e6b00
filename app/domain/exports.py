"""Files that people ask for: a list as a table, documents as an archive; and what those see who ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from app.domain.errors import DomainError

MOST_ROWS_AT_ONCE = 20_000
"""Rows of a list that a page hands out while it is asked; more are made by a worker."""
MOST_DOCUMENTS_AT_ONCE = 200
"""Documents of an archive that a page hands out while it is asked, PDF and XML of each."""
KEPT_FOR = timedelta(days=7)
"""How long the file of an export can be downloaded."""
MOST_UNDER_WAY = 5
"""Exports that one person has waiting or running: each is made only once a worker has the time for it."""


class ExportKind(StrEnum):
    INVOICES_CSV = "INVOICES_CSV"
    INVOICES_XLSX = "INVOICES_XLSX"
    DOCUMENTS_ZIP = "DOCUMENTS_ZIP"

    @property
    def ending(self) -> str:
        return self.value.rpartition("_")[2].lower()

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


class ExportState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"

    @property
    def is_under_way(self) -> bool:
        return self in {ExportState.WAITING, ExportState.RUNNING}


class ExportUnknown(DomainError):
    """No such export, or not one for these eyes: who asks cannot tell which."""

    code = "export_unknown"


class TooManyExports(DomainError):
    """params: most. So many are under way already."""

    code = "too_many_exports"


class ExportNotAllowed(DomainError):
    """Who asked for it may not see it any more."""

    code = "export_not_allowed"


@dataclass(frozen=True, slots=True)
class Sight:
    """The companies and the addresses that somebody sees, by their keys; None stands for all of them."""

    companies: tuple[int, ...] | None
    addresses: tuple[int, ...] | None

    def holds(self, other: "Sight") -> bool:
        """Whether it is as wide as the other one, or wider."""
        return _holds(self.companies, other.companies) and _holds(self.addresses, other.addresses)

    def as_json(self) -> dict[str, list[int] | None]:
        return {
            "companies": None if self.companies is None else list(self.companies),
            "addresses": None if self.addresses is None else list(self.addresses),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(_numbers(stored["companies"]), _numbers(stored["addresses"]))


def _holds(mine: tuple[int, ...] | None, theirs: tuple[int, ...] | None) -> bool:
    return mine is None or (theirs is not None and set(theirs) <= set(mine))


def _numbers(stored: list[int] | None) -> tuple[int, ...] | None:
    return None if stored is None else tuple(stored)


_MEDIA_TYPES: Mapping[ExportKind, str] = MappingProxyType(
    {
        ExportKind.INVOICES_CSV: "text/csv",
        ExportKind.INVOICES_XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportKind.DOCUMENTS_ZIP: "application/zip",
    }
)

"""The report of an upload of payments, kept between what it says and the decision of its reader.

Only what was read of the payments is kept, never the file: account numbers of payers are not in it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.payments import IncomingPayment, PaymentOutcome
from app.domain.ports import BlobStore
from app.domain.snapshot import dump, load
from app.services.payments.lines import LineResult, Owner, ReadLine


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One line of the report, and the file that it stands in."""

    file: str
    result: LineResult


def keep_report(blobs: BlobStore, lines: Sequence[KeptLine]) -> str:
    """Store the report and return its name. Raises StorageFull or StorageUnavailable."""
    data = json.dumps([_dumped(one) for one in lines], ensure_ascii=False).encode()
    return blobs.put(data, media_type="application/json")


def read_report(blobs: BlobStore, name: str) -> list[KeptLine]:
    """The report that `keep_report` stored. Raises BlobMissing, BlobDamaged or StorageUnavailable."""
    return [_loaded(one) for one in json.loads(blobs.read(name))]


def importable(lines: Sequence[KeptLine]) -> list[ReadLine]:
    """The lines that are to be imported, as they were read."""
    return [
        ReadLine(one.result.row, one.result.payment, one.result.key)
        for one in lines
        if one.result.outcome is PaymentOutcome.RECORDED
    ]


def _dumped(line: KeptLine) -> dict[str, Any]:
    result = line.result
    return {
        "file": line.file,
        "row": result.row,
        "outcome": result.outcome.value,
        "payment": dump(result.payment) if result.payment else None,
        "key": result.key,
        "owner": dump(result.owner) if result.owner else None,
        "code": result.code,
        "params": {name: _plain(value) for name, value in result.params.items()},
    }


def _loaded(line: Mapping[str, Any]) -> KeptLine:
    payment, owner, key = line["payment"], line["owner"], line["key"]
    result = LineResult(
        line["row"],
        PaymentOutcome(line["outcome"]),
        load(IncomingPayment, payment) if payment else None,
        (key[0], key[1]) if key else None,
        load(Owner, owner) if owner else None,
        line["code"],
        line["params"],
    )
    return KeptLine(line["file"], result)


def _plain(value: object) -> object:
    return value if isinstance(value, int) else str(value)[:200]

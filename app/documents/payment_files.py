"""Files with payments: which of the two formats one is, and what makes either unreadable as a whole."""

from collections.abc import Iterator

from app.documents import camt, payment_csv
from app.documents.payment_verdicts import MAX_BYTES, FileEmpty, FileTooLarge
from app.domain.payments import PaymentLine

_MARKS = (b"\xef\xbb\xbf",)


def read_payments(data: bytes) -> Iterator[PaymentLine]:
    """The payments of a CSV file or of a bank statement (camt.053), in order, with what cannot be taken.

    Raises:
        PaymentFileUnreadable: before the first line, when the file is none of both.
    """
    if not data.strip():
        raise FileEmpty(field="files")
    if len(data) > MAX_BYTES:
        raise FileTooLarge(field="files", limit_bytes=MAX_BYTES)
    bare = data
    for mark in _MARKS:
        bare = bare.removeprefix(mark)
    is_xml = bare.lstrip().startswith(b"<")
    return camt.read(data) if is_xml else payment_csv.read(data)

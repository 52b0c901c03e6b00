"""Why a file with payments, one of its lines or one entry of a statement is not taken."""

from app.domain.payments import LineRefused, LineSkipped, PaymentFileUnreadable

MAX_BYTES = 50 * 1024 * 1024


class FileEmpty(PaymentFileUnreadable):
    code = "payment_file_empty"


class FileTooLarge(PaymentFileUnreadable):
    """params: limit_bytes."""

    code = "payment_file_too_large"


class FileEncoding(PaymentFileUnreadable):
    code = "payment_file_encoding"


class FileBroken(PaymentFileUnreadable):
    """params: line, where the reader gave up."""

    code = "payment_file_broken"


class ColumnsMissing(PaymentFileUnreadable):
    """params: names."""

    code = "payment_columns_missing"


class ColumnUnknown(PaymentFileUnreadable):
    """params: name, known."""

    code = "payment_column_unknown"


class ColumnTwice(PaymentFileUnreadable):
    """params: name."""

    code = "payment_column_twice"


class NotAStatement(PaymentFileUnreadable):
    """params: root, the name of the element that was found instead."""

    code = "not_a_statement"


class NotXml(PaymentFileUnreadable):
    """params: line, where the parser gave up."""

    code = "not_xml"


class StatementEncoding(PaymentFileUnreadable):
    code = "encoding_invalid"


class StatementDtdRefused(PaymentFileUnreadable):
    """A DOCTYPE: statements have none, attacks do."""

    code = "statement_dtd_refused"


class StatementTooComplex(PaymentFileUnreadable):
    """More elements, levels or text than a statement that can be read at once."""

    code = "statement_too_complex"


class LineShort(LineRefused):
    """Not as many values as columns."""

    code = "payment_line_short"


class DateMissing(LineRefused):
    code = "payment_date_missing"


class DateUnreadable(LineRefused):
    """params: value."""

    code = "payment_date_unreadable"


class AmountMissing(LineRefused):
    code = "payment_amount_missing"


class NotPositive(LineRefused):
    code = "amount_not_positive"


class ReferenceTooLong(LineRefused):
    """params: limit."""

    code = "payment_reference_too_long"


class BatchDoesNotAddUp(LineRefused):
    """The parts of an entry have no amounts, or others than the entry."""

    code = "batch_does_not_add_up"


class EntryIsDebit(LineSkipped):
    code = "entry_is_debit"


class EntryIsReversal(LineSkipped):
    code = "entry_is_reversal"


class EntryNotBooked(LineSkipped):
    code = "entry_not_booked"


class EntryIsReturn(LineSkipped):
    """A transfer of ours that came back."""

    code = "entry_is_return"

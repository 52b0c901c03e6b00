"""The index of an archive and the names in it, whatever documents are called."""

from datetime import date
from types import SimpleNamespace

from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import PaymentState
from tests.documents.test_sheets import ANYTHING, FORMULA_STARTS
from tests.sheets import rows_of_csv

HEADINGS = tuple(f"heading {number}" for number in range(15))
TEXTS = (0, 2, 12, 13, 14)
"""The columns that hold what somebody else has written."""
NAMES = st.lists(
    ANYTHING | st.sampled_from(["A", "a", "A (2)", "ß", "SS", "é", "e\u0301", "con", ""])
)


def document(number, address, order, buyer, communication):
    return SimpleNamespace(
        number=number,
        kind=InvoiceKind.INVOICE,
        address=address,
        issued_on=date(2026, 10, 1),
        due_on=None,
        currency="EUR",
        net_cents=-100,
        tax_cents=0,
        total_cents=-100,
        signed_cents=-100,
        open_cents=-100,
        payment_state=PaymentState.OPEN,
        order_reference=order,
        buyer_reference=buyer,
        structured_communication=communication,
    )


@given(st.lists(st.builds(document, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING), max_size=5))
def test_the_index_has_one_row_for_each_document_and_no_formula(documents):
    from app.services.archives import index_csv

    data = index_csv(
        documents,
        headings=HEADINGS,
        kinds={kind: kind.value for kind in InvoiceKind},
        states={state: state.value for state in PaymentState},
    )
    heading, *rows = rows_of_csv(data)

    assert tuple(heading) == HEADINGS
    assert [len(row) for row in rows] == [len(HEADINGS)] * len(documents)
    assert not [
        row[at] for row in rows for at in TEXTS if row[at].startswith(tuple(FORMULA_STARTS))
    ]
    assert {row[8] for row in rows} <= {"-1,00"}  # a number below nothing stays a number


@given(NAMES)
@example(["A (2)", "a", "A", "a"])
def test_every_file_has_a_name_of_its_own_on_every_kind_of_disk(numbers):
    from app.domain.filenames import safe_stem
    from app.services.archives import _unused

    taken: set[str] = set()
    names = [_unused(safe_stem(number), taken) for number in numbers]

    assert len({name.casefold() for name in names}) == len(numbers)
    for name in names:
        assert name == name.strip(" .")
        assert not set(name) & set('/\\:*?"<>|\x00\r\n')
        name.encode()

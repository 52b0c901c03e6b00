"""Where a page of the invoice list says it stands."""

import pytest

from app.services.invoice_list import COUNT_CAP, InvoicePage
from app.services.invoice_paging import Cursor
from app.views.portal.invoices import _where

FOLLOWING = Cursor(value=None, id=1, ordinal=1)


@pytest.mark.parametrize(
    ("first", "following", "total", "expected"),
    [
        (1, None, 25, "1 to 25 of 25"),
        (1, FOLLOWING, 40, "1 to 25 of 40"),
        (1, FOLLOWING, COUNT_CAP + 1, "1 to 25 of 1,000+"),
        (COUNT_CAP + 1, FOLLOWING, COUNT_CAP + 1, "1,001 to 1,025"),
        (COUNT_CAP + 1, None, COUNT_CAP + 1, "1,001 to 1,025 of 1,025"),
    ],
)
def test_a_page_never_stands_beyond_its_own_total(app, first, following, total, expected):
    page = InvoicePage(rows=((),) * 25, first=first, previous=None, next=following)

    with app.test_request_context(headers={"Accept-Language": "en"}):
        found = _where(page, total)

    assert found.replace(".", ",") == expected

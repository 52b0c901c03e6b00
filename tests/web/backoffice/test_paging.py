"""The further pages of generated lists: behind both walls, and by public ids."""

import pytest

from tests.fab.conftest import links

LISTS = {
    "addresses": "CompanyAddressView",
    "companies": "CompanyView",
    "contacts": "CompanyContactView",
    "documents": "DocumentView",
    "invoices": "CompanyInvoiceView",
    "memberships": "MembershipView",
}


@pytest.mark.parametrize("screen", LISTS)
def test_the_pages_of_a_list_follow_one_another(marc, screen):
    size = f"psize_{LISTS[screen]}=1"
    first = marc.get(f"/backoffice/{screen}/list/?{size}").text
    second = marc.get(links(first, "next")[0])
    assert second.status_code == 200, second.text
    back = marc.get(links(second.text, "prev")[0])

    assert rows(first) == rows(back.text) != rows(second.text)
    assert len(rows(first)) == len(rows(second.text)) == 1


def rows(page: str) -> list[str]:
    return [part.split("</tr>")[0] for part in page.split("<tbody")[1].split("<tr")[1:]]

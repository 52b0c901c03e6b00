"""Lists: every row once in order, however one walks; counts that stop; addresses that are checked."""

import base64
import json
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.fab.conftest import Toy, bills, links

ORDERS = ["number", "kind", "issued_on", "paid_on", "cents", "created_at", "is_flagged"]


def numbers_on(page: str) -> list[str]:
    return [
        part.split("<")[0]
        for part in page.split('class="key"')[1:]
        for part in [part.split(">", 1)[1]]
    ]


def walk(toy: Toy, address: str, rel: str) -> list[list[str]]:
    pages = []
    for _ in range(100):
        page = toy.client.get(address).get_data(as_text=True)
        pages.append(numbers_on(page))
        further = links(page, rel)
        if not further:
            return pages
        address = further[0]
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("column", ORDERS)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_walking_on_and_back_shows_each_row_once_in_order(toy, column, direction):
    from tests.fab.toy import ToyBill

    start = f"/billview/list/?_oc_BillView={column}&_od_BillView={direction}&psize_BillView=7"
    with toy.app.app_context():
        by, tie = getattr(ToyBill, column), ToyBill.id
        order = (by.asc(), tie.asc()) if direction == "asc" else (by.desc(), tie.desc())
        expected = list(toy.db.session.scalars(select(ToyBill.number).order_by(*order)))

    onward = walk(toy, start, "next")
    last = start
    for _ in onward[1:]:
        last = links(toy.client.get(last).get_data(as_text=True), "next")[0]
    backward = walk(toy, last, "prev")

    assert [number for page in onward for number in page] == expected
    assert backward[::-1] == onward


def told_by(link: str) -> list[object]:
    token = link.split("_cur_")[1].split("=", 1)[1].split("&", maxsplit=1)[0]
    return json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))


@pytest.mark.parametrize("order", ["", "&_oc_BillView=kind&_od_BillView=asc"])
def test_a_page_token_names_the_row_by_its_public_id(toy, order):
    page = toy.client.get(f"/billview/list/?psize_BillView=7{order}").get_data(as_text=True)

    *_, key = told_by(links(page, "next")[0])
    assert str(UUID(str(key))) == key


def test_a_list_in_the_order_of_its_keys_is_walked_without_telling_them(toy):
    from tests.fab.toy import ToyCompany

    toy.add(*(ToyCompany(name=f"Company {number:02}") for number in range(20)))
    start = "/companyview/list/?psize_CompanyView=6"
    onward = walk(toy, start, "next")
    link = links(toy.client.get(start).get_data(as_text=True), "next")[0]

    newest_first = [f"Company {number:02}" for number in range(19, -1, -1)]
    assert [name for page in onward for name in page] == [*newest_first, "Beta", "Alpha"]
    *_, value, key = told_by(link)
    assert value is None
    assert UUID(str(key))


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_where_the_row_of_a_page_token_is_gone_no_other_is_left_out(toy, direction):
    from sqlalchemy import delete

    from tests.fab.toy import ToyBill

    start = f"/billview/list/?_oc_BillView=kind&_od_BillView={direction}&psize_BillView=7"
    onward = walk(toy, start, "next")
    link = links(toy.client.get(start).get_data(as_text=True), "next")[0]
    with toy.app.app_context():
        toy.db.session.execute(delete(ToyBill).where(ToyBill.number == onward[0][-1]))
        toy.db.session.commit()

    further = {number for page in walk(toy, link, "next") for number in page}
    assert further >= {number for page in onward[1:] for number in page}


def test_a_page_says_where_it_stands(toy):
    first = toy.client.get("/billview/list/").get_data(as_text=True)
    second = toy.client.get(links(first, "next")[0]).get_data(as_text=True)
    third = toy.client.get(links(second, "next")[0]).get_data(as_text=True)

    assert "1 to 25 of 63" in first
    assert "26 to 50 of 63" in second
    assert "51 to 63 of 63" in third
    assert not links(third, "next")


def test_counting_stops_at_the_cap(toy, monkeypatch):
    monkeypatch.setattr("app.fab.interface.COUNT_CAP", 40)
    monkeypatch.setattr("app.fab.widgets.COUNT_CAP", 40)

    with toy.statements() as statements:
        page = toy.client.get("/billview/list/").get_data(as_text=True)

    assert "1 to 25 of 40+" in page
    counts = [one for one in statements if "count(" in one.lower()]
    assert len(counts) == 1
    assert "LIMIT" in counts[0]


def test_statements_stay_the_same_as_rows_grow(toy):
    def statements_of(address: str) -> int:
        with toy.statements() as seen:
            assert toy.client.get(address).status_code == 200
        return len(seen)

    few = statements_of("/billview/list/?psize_BillView=100")
    toy.add(*bills(300, prefix="C"))
    many = statements_of("/billview/list/?psize_BillView=100")

    assert few <= 2
    assert many == 2


def test_bulky_columns_are_not_read_for_a_list(toy):
    with toy.statements() as statements:
        toy.client.get("/billview/list/")

    assert not any("memo" in one for one in statements)


@pytest.mark.parametrize(
    "arguments",
    [
        "page_BillView=abc",
        "page_BillView=-1",
        "page_BillView=3",
        "psize_BillView=abc",
        "psize_BillView=0",
        "psize_BillView=-5",
        "psize_BillView=99999999999999999999",
        "psize_BillView=%D9%A3",
        "_oc_BillView=memo&_od_BillView=asc",
        "_oc_BillView=company.name&_od_BillView=asc",
        "_oc_BillView=nothing",
        "_oc_BillView=number&_od_BillView=sideways",
        "_cur_BillView=%00",
        "_cur_BillView=abcd",
        "_cur_BillView=W10",
        "_cur_BillView=WzFd",
        "_flt_0_issued_on=yesterday",
        "_flt_0_cents=many",
        "_flt_0_cents=9999999999999999999999",
        "_flt_0_kind=NONE",
        "_flt_0_is_flagged=perhaps",
        "_flt_0_number=%00",
        "_flt_0_number=" + "x" * 300,
        "_flt_9_number=A",
        "_flt_0_memo=secret",
        "_flt_0_company=1",
        "_flt_0_created_at=soon",
    ],
)
def test_an_address_that_makes_no_sense_is_a_bad_request(toy, arguments):
    assert toy.client.get(f"/billview/list/?{arguments}").status_code == 400


@pytest.mark.parametrize("value", ["0", "1e9", "2026-13-45", None, 12, [], {}])
def test_a_page_token_with_a_foreign_value_is_a_bad_request(toy, value):
    token = json.dumps(["issued_on", 1, 0, 25, value, "x"]).encode()
    address = f"/billview/list/?_cur_BillView={base64.urlsafe_b64encode(token).decode()}"

    assert toy.client.get(address).status_code == 400


def test_a_page_token_with_half_a_character_is_a_bad_request(toy):
    token = json.dumps(["number", 0, 0, 25, "\ud800", "1"]).encode()
    address = f"_oc_BillView=number&_cur_BillView={base64.urlsafe_b64encode(token).decode()}"

    assert toy.client.get(f"/billview/list/?{address}").status_code == 400


def test_up_to_the_last_day_there_is_means_without_end(toy):
    everything = toy.client.get("/billview/list/").get_data(as_text=True)
    page = toy.client.get("/billview/list/?_flt_1_created_at=9999-12-31").get_data(as_text=True)

    assert numbers_on(page) == numbers_on(everything)


def test_a_huge_page_is_cut(toy):
    toy.add(*bills(100, prefix="C"))

    page = toy.client.get("/billview/list/?psize_BillView=100000").get_data(as_text=True)

    assert len(numbers_on(page)) == 100


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("_flt_0_number=b0000", 3),
        ("_flt_1_number=A00007", 1),
        ("_flt_0_number=%25", 0),
        ("_flt_0_kind=CREDIT", 13),
        ("_flt_0_issued_on=2026-01-08&_flt_1_issued_on=2026-01-08", 7),
        ("_flt_0_is_flagged=1", 32),
        ("_flt_1_cents=400", 20),
        ("_flt_0_created_at=2000-01-01", 63),
        ("_flt_1_created_at=2000-01-01", 0),
        ("_flt_0_number=&_flt_0_kind=", 63),
        ("unknown=1", 63),
    ],
)
def test_a_search_narrows_the_list(toy, arguments, found):
    page = toy.client.get(f"/billview/list/?psize_BillView=100&{arguments}").get_data(as_text=True)

    assert len(numbers_on(page)) == found


@pytest.mark.parametrize(("text", "found"), [("Al", ["Alpha"]), ("lpha", []), ("%", [])])
def test_a_search_by_the_beginning_finds_nothing_in_the_middle(toy, text, found):
    page = toy.client.get("/companyview/list/", query_string={"_flt_0_name": text})

    assert numbers_on(page.get_data(as_text=True)) == found


def test_a_search_keeps_what_was_typed_and_can_be_cleared(toy):
    page = toy.client.get("/billview/list/?_flt_0_number=zzz&_flt_0_kind=CREDIT").get_data(
        as_text=True
    )

    assert 'value="zzz"' in page
    assert '<option value="CREDIT" selected>' in page
    assert "Nothing matches your search" in page


def test_a_list_below_a_record_holds_its_rows_only_and_is_paged_by_itself(toy):
    from tests.fab.toy import ToyCompany

    address = f"/companyview/show/{toy.key(ToyCompany, name='Alpha')}"
    page = toy.client.get(address).get_data(as_text=True)
    further = toy.client.get(links(page, "next")[0]).get_data(as_text=True)

    assert "1 to 25 of 60" in page
    assert "26 to 50 of 60" in further
    assert "B0000" not in page


def test_a_list_below_a_record_is_not_shown_to_those_who_may_not_list_it(toy):
    from tests.fab.toy import ToyCompany

    toy.app.extensions["appbuilder"].sm.allowed = {"Companies.can_show"}

    page = toy.client.get(f"/companyview/show/{toy.key(ToyCompany, name='Alpha')}")

    assert page.status_code == 200
    assert "A0000" not in page.get_data(as_text=True)


def test_reading_pages_leaves_no_history_in_the_cookie(toy):
    client = toy.client
    for address in ("/companyview/list/", "/billview/list/?_flt_0_number=a"):
        client.get(address)

    with client.session_transaction() as session:
        assert "page_history" not in session

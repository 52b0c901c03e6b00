"""Adding, editing, deleting and acting: one commit with its audit event, or nothing and the reason."""

import pytest

from tests.fab.conftest import Toy, bills


def new_bill(toy: Toy, **changes: str) -> dict[str, str]:
    from tests.fab.toy import ToyCompany

    values = {
        "company": toy.key(ToyCompany, name="Alpha"),
        "number": "NEW-1",
        "kind": "BILL",
        "issued_on": "2026-02-03",
        "paid_on": "",
        "cents": "1200",
        "memo": " kept ",
    }
    return {**values, **changes}


def bill_address(toy: Toy, method: str, number: str = "A00001") -> str:
    from tests.fab.toy import ToyBill

    return f"/billview/{method}/{toy.key(ToyBill, number=number)}"


def test_a_new_row_and_its_event_are_saved_together(toy):
    from tests.fab.toy import ToyBill, ToyEvent

    answer = toy.post("/billview/add", new_bill(toy))

    assert (answer.status_code, answer.location) == (303, "/billview/list/")
    assert "NEW-1" in toy.texts(ToyBill.number)
    assert len([text for text in toy.texts(ToyEvent.text) if text.startswith("CREATED NEW-1")]) == 1


def test_a_change_tells_the_audit_which_columns_changed(toy):
    from tests.fab.toy import ToyEvent

    data = {"number": "A00001", "kind": "BILL", "issued_on": "2026-01-01", "cents": "555"}

    assert toy.post(bill_address(toy, "edit"), data).status_code == 303
    assert toy.texts(ToyEvent.text) == ["CHANGED A00001 cents"]


def test_saving_without_a_change_writes_no_event(toy):
    from tests.fab.toy import ToyEvent

    client = toy.client
    page = client.get(bill_address(toy, "edit", "A00000")).get_data(as_text=True)
    data = {"number": "A00000", "kind": "CREDIT", "issued_on": "2026-01-01", "cents": "0"}

    assert 'value="2026-01-01"' in page
    answer = toy.post(bill_address(toy, "edit", "A00000"), {**data, "is_flagged": "y"})
    assert answer.status_code == 303
    assert toy.texts(ToyEvent.text) == []


def test_when_the_event_is_refused_neither_row_nor_event_remains(toy):
    from tests.fab.toy import REFUSED_NUMBER, ToyBill, ToyEvent

    answer = toy.post("/billview/add", new_bill(toy, number=REFUSED_NUMBER))

    assert answer.status_code == 422
    assert REFUSED_NUMBER not in toy.texts(ToyBill.number)
    assert toy.texts(ToyEvent.text) == []


def test_a_form_with_errors_comes_back_with_what_was_typed(toy):
    from tests.fab.toy import ToyBill

    before = toy.count(ToyBill)
    answer = toy.post(
        "/billview/add", new_bill(toy, number="", cents="many", issued_on="", memo="My <memo>")
    )
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert 'value="many"' in page
    assert "My &lt;memo&gt;" in page
    assert '<option value="BILL" selected>' in page
    assert 'aria-invalid="true"' in page
    assert toy.count(ToyBill) == before


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"number": "A00001"}, "number", "Another record already uses this value"),
        ({"cents": "13"}, None, "One of the values is not allowed here."),
    ],
)
def test_what_the_database_refuses_is_said_on_the_form(toy, changes, field, sentence):
    answer = toy.post("/billview/add", new_bill(toy, **changes))
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert sentence in page
    assert "IntegrityError" not in page
    assert "toy_bill" not in page
    if field:
        assert f'id="{field}-error"' in page


def test_a_number_taken_is_refused_when_editing_too(toy):
    data = {"number": "A00002", "kind": "BILL", "issued_on": "2026-01-01", "cents": "5"}
    answer = toy.post(bill_address(toy, "edit"), data)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert 'id="number-error"' in page
    assert "<h1>A00001</h1>" in page


def test_somebody_elses_change_is_not_overwritten(toy):
    from tests.fab.toy import ToyBill

    page = toy.client.get(bill_address(toy, "edit")).get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    data = {"number": "A00001", "kind": "BILL", "issued_on": "2026-01-01", "cents": "700"}

    assert toy.post(bill_address(toy, "edit"), {**data, "seen": seen}).status_code == 303
    late = toy.post(bill_address(toy, "edit"), {**data, "number": "LATE", "seen": seen})

    assert late.status_code == 422
    assert "Somebody else changed this" in late.get_data(as_text=True)
    assert "LATE" not in toy.texts(ToyBill.number)


def test_a_columns_not_on_the_form_cannot_be_set(toy):
    from sqlalchemy import select

    from tests.fab.toy import ToyBill

    data = {"number": "A00001", "kind": "BILL", "issued_on": "2026-01-01", "cents": "5"}
    toy.post(
        bill_address(toy, "edit"), {**data, "memo": "smuggled", "company_id": "2", "id": "999"}
    )

    with toy.app.app_context():
        bill = toy.db.session.scalars(select(ToyBill).filter_by(number="A00001")).one()
        assert (bill.memo, bill.company_id) == (None, 1)


def test_deleting_asks_first_and_names_the_record(toy):
    from tests.fab.toy import ToyBill

    page = toy.client.get(bill_address(toy, "delete"))

    assert page.status_code == 200
    assert "Delete A00001?" in page.get_data(as_text=True)
    assert "A00001" in toy.texts(ToyBill.number)


def test_deleting_by_post_removes_the_row_and_records_it(toy):
    from tests.fab.toy import ToyBill, ToyEvent

    answer = toy.post(bill_address(toy, "delete"))

    assert answer.status_code == 303
    assert "A00001" not in toy.texts(ToyBill.number)
    assert toy.texts(ToyEvent.text)[0].startswith("REMOVED A00001")


def test_nothing_is_written_without_the_token_of_a_page(toy):
    from tests.fab.toy import ToyBill

    before = toy.count(ToyBill)
    for method in ("add", "edit", "delete"):
        address = "/billview/add" if method == "add" else bill_address(toy, method)
        assert toy.client.post(address, data=new_bill(toy)).status_code == 400

    assert toy.count(ToyBill) == before


@pytest.mark.parametrize(
    "key", ["1", "abc", "0" * 40, "%00", "00000000-0000-0000-0000-000000000000"]
)
@pytest.mark.parametrize("method", ["show", "edit", "delete"])
def test_a_key_that_names_nothing_is_not_found(toy, method, key):
    assert toy.client.get(f"/billview/{method}/{key}").status_code == 404


def test_a_row_the_scope_hides_is_not_found_and_cannot_be_written(toy, hidden_beta):
    from tests.fab.toy import ToyBill, visible_companies

    token = visible_companies.set(None)
    addresses = [bill_address(toy, method, "B00001") for method in ("show", "edit", "delete")]
    visible_companies.reset(token)

    assert [toy.client.get(address).status_code for address in addresses] == [404, 404, 404]
    assert [toy.post(address).status_code for address in addresses[1:]] == [404, 404]
    assert "B0000" not in toy.client.get("/billview/list/?_flt_0_number=B").get_data(as_text=True)
    visible_companies.set(None)
    assert "B00001" in toy.texts(ToyBill.number)


def test_what_the_database_refuses_a_service_is_said_on_the_form_too(toy):
    from tests.fab.toy import ToyBill, ToyLine

    data = {"bill": toy.key(ToyBill, number="A00001"), "label": "one"}
    assert toy.post("/lineview/add", data).status_code == 303

    again = toy.post("/lineview/add", data)

    assert again.status_code == 422
    assert 'id="label-error"' in again.get_data(as_text=True)
    assert toy.count(ToyLine) == 1


# --- relations -------------------------------------------------------------------------------


def test_a_relation_offers_only_what_the_scope_shows(toy, hidden_beta):
    page = toy.client.get("/billview/add").get_data(as_text=True)
    looked_up = toy.client.get("/billview/lookup/company?q=").json

    assert "Alpha" in page
    assert "Beta" not in page
    assert [one["label"] for one in looked_up["options"]] == ["Alpha"]


def test_a_relation_to_a_hidden_row_is_refused(toy, hidden_beta):
    from tests.fab.toy import ToyBill, ToyCompany, visible_companies

    token = visible_companies.set(None)
    beta = toy.key(ToyCompany, name="Beta")
    visible_companies.reset(token)
    answer = toy.post("/billview/add", new_bill(toy, company=beta))

    assert answer.status_code == 422
    assert "Choose one of the values in the list." in answer.get_data(as_text=True)
    assert "NEW-1" not in toy.texts(ToyBill.number)


def test_a_relation_never_loads_a_whole_table(toy):
    toy.add(*bills(500, prefix="C"))

    with toy.statements() as statements:
        page = toy.client.get("/lineview/add").get_data(as_text=True)

    assert page.count("<option") <= 52
    assert len(statements) == 1
    assert 'name="bill-search"' in page


def test_a_search_for_a_related_row_needs_no_script_and_keeps_what_was_typed(toy):
    toy.add(*bills(100, prefix="C"))
    data = {"label": "typed", "bill-search": "c00042", "search-relation": "bill", "bill": ""}

    answer = toy.post("/lineview/add", data)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert 'value="typed"' in page
    assert page.count("<option") == 2
    assert "C00042" in page
    assert "aria-invalid" not in page


def test_a_chosen_relation_stays_chosen_beyond_the_first_matches(toy):
    from tests.fab.toy import ToyBill

    toy.add(*bills(100, prefix="C"))
    key = toy.key(ToyBill, number="C00099")

    page = toy.client.get(f"/lineview/add?bill={key}").get_data(as_text=True)

    assert f'<option value="{key}" selected>C00099</option>' in page


def test_a_relation_with_a_composite_key_is_saved(toy):
    from sqlalchemy import select

    from tests.fab.toy import ToyBill, ToyLine

    key = toy.key(ToyBill, number="B00001")
    assert toy.post("/lineview/add", {"bill": key, "label": "one"}).status_code == 303

    with toy.app.app_context():
        line = toy.db.session.scalars(select(ToyLine)).one()
        assert (line.company_id, line.bill.number) == (2, "B00001")


def test_a_row_others_point_at_cannot_be_deleted_and_the_page_says_so(toy):
    from tests.fab.toy import ToyBill, ToyLine

    toy.post("/lineview/add", {"bill": toy.key(ToyBill, number="A00001"), "label": "one"})

    answer = toy.post(bill_address(toy, "delete"))

    assert answer.status_code == 422
    assert "still used elsewhere" in answer.get_data(as_text=True)
    assert toy.count(ToyLine) == 1


@pytest.mark.parametrize("relation", ["nothing", "number", "public_id", "id"])
def test_only_relations_of_the_form_can_be_looked_up(toy, relation):
    assert toy.client.get(f"/billview/lookup/{relation}?q=a").status_code == 404


# --- actions ---------------------------------------------------------------------------------


def flagged(toy: Toy) -> int:
    from sqlalchemy import func, select

    from tests.fab.toy import ToyBill

    with toy.app.app_context():
        return toy.db.session.scalar(select(func.count()).where(ToyBill.is_flagged))


def test_an_action_asks_first_and_then_acts_on_the_chosen_rows(toy):
    from tests.fab.toy import ToyBill

    keys = [toy.key(ToyBill, number=number) for number in ("A00001", "A00003")]
    before = flagged(toy)

    asked = toy.post("/billview/action_post", {"action": "flag", "rowid": keys})
    assert "Flag these bills?" in asked.get_data(as_text=True)
    assert "A00003" in asked.get_data(as_text=True)
    assert flagged(toy) == before

    done = toy.post("/billview/action_post", {"action": "flag", "rowid": keys, "confirmed": "1"})
    assert done.status_code == 303
    assert flagged(toy) == before + 2


def test_an_action_reaches_no_hidden_row(toy, hidden_beta):
    from tests.fab.toy import ToyBill, visible_companies

    token = visible_companies.set(None)
    key = toy.key(ToyBill, number="B00001")
    visible_companies.reset(token)
    data = {"action": "flag", "rowid": [key], "confirmed": "1"}

    assert toy.post("/billview/action_post", data).status_code == 404
    assert toy.post(f"/billview/action/flag/{key}", data).status_code == 404


def test_an_action_cannot_be_taken_by_get_nor_without_permission(toy):
    from tests.fab.toy import ToyBill

    key = toy.key(ToyBill, number="A00001")
    assert toy.client.get(f"/billview/action/flag/{key}").status_code == 405
    assert toy.post("/billview/action/nothing/1").status_code == 404

    token_page = toy.client
    toy.app.extensions["appbuilder"].sm.allowed = {"Bills.can_add"}
    answer = toy.post(f"/billview/action/flag/{key}", {"confirmed": "1"}, client=token_page)
    assert (answer.status_code, answer.location) == (302, "/login")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"]
)
def test_a_form_never_leads_to_another_site(toy, target):
    answer = toy.post("/billview/add", {**new_bill(toy), "next": target})

    assert answer.location == "/billview/list/"


def test_a_form_leads_back_where_the_page_asked(toy):
    answer = toy.post("/billview/add", {**new_bill(toy), "next": "/companyview/list/?a=b"})

    assert answer.location == "/companyview/list/?a=b"

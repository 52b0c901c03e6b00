"""Written pages: refused with the reason and what was typed, saved with a word and a redirect."""


def test_a_valid_form_is_saved_and_leads_on(toy):
    from tests.fab.toy import ToyCompany

    client = toy.client
    answer = toy.post("/note/", {"number": "Gamma"}, client=client)

    assert (answer.status_code, answer.location) == (303, "/note/")
    assert "[ok: Noted]" in client.get("/note/").get_data(as_text=True)
    assert "Gamma" in toy.texts(ToyCompany.name)


def test_an_incomplete_form_comes_back_as_it_was_drawn(toy):
    answer = toy.post("/note/", {"number": ""})

    assert answer.status_code == 422
    assert "Write a note" in answer.get_data(as_text=True)


def test_a_refusal_undoes_the_work_and_keeps_what_was_typed(toy):
    from tests.fab.toy import ToyCompany

    answer = toy.post("/note/", {"number": "REFUSED"})
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "Another record already uses this value" in page
    assert 'value="REFUSED"' in page
    assert "REFUSED" not in toy.texts(ToyCompany.name)


def test_a_refusal_that_names_a_field_stands_beside_it(toy):
    page = toy.post("/note/", {"number": "REFUSED FIELD"}).get_data(as_text=True)

    assert 'id="number-error"' in page


def test_a_refusal_without_a_form_is_shown_on_the_page_that_follows(toy):
    client = toy.client
    answer = toy.post("/note/stop", client=client)

    assert (answer.status_code, answer.location) == (303, "/note/")
    assert "[bad: Another record" in client.get("/note/").get_data(as_text=True)

"""A forgotten password: one answer for everybody, in text and in effort."""

import re

import pytest
from sqlalchemy import func, select

from app.services.throttle_rules import Throttled, Together, most
from tests.cast import CLAIRE, PIETER, VERA
from tests.forgotten import (
    ENGLISH,
    NEW,
    NOBODY,
    ask,
    choose,
    disable,
    everything,
    reset_links,
    rows_of,
    sent,
)
from tests.mails import last_mail, link_in, mails
from tests.web.signing_in import form_token, sign_in


@pytest.fixture
def link(client, run_jobs):
    """Claire's link, as it is in her mail."""
    ask(client, CLAIRE)
    run_jobs()
    return link_in(last_mail(client, CLAIRE))


class TestAsking:
    def test_a_mail_brings_a_link_and_the_new_password_signs_in(self, client, run_jobs):
        assert ask(client, CLAIRE).location == "/forgot/sent"
        run_jobs()
        link = link_in(last_mail(client, CLAIRE))

        answer = choose(client, link)

        assert (answer.status_code, answer.location) == (303, "/")
        assert client.get("/account").status_code == 200
        assert sign_in(client.application.test_client(), CLAIRE, NEW).status_code == 303

    def test_the_answer_is_the_same_for_whoever_it_is(self, app):
        disable(app, VERA)
        answers = []
        for email in (CLAIRE, VERA, NOBODY):
            browser = app.test_client()
            answer = ask(browser, email, headers=ENGLISH)
            page = browser.get("/forgot/sent", headers=ENGLISH).text
            shown = re.sub(r'value="[^"]{20,}"', "", page.replace(email, "…"))
            answers.append((answer.status_code, answer.location, shown))

        assert len(set(answers)) == 1
        assert "on their way" in answers[0][2]

    def test_the_same_rows_are_written_for_whoever_it_is(self, app):
        from app.models import AuditEvent, Job, OutgoingMail, ThrottleWindow, Token

        disable(app, VERA)
        kinds = (Token, Job, AuditEvent, OutgoingMail, ThrottleWindow)
        written = []
        for number, email in enumerate((CLAIRE, VERA, NOBODY)):
            elsewhere = {"REMOTE_ADDR": f"192.0.{number}.1"}
            before = rows_of(app, *kinds)
            ask(app.test_client(), email, environ_base=elsewhere)
            after = rows_of(app, *kinds)
            written.append([b - a for a, b in zip(before, after, strict=True)])

        tokens, jobs, _events, sent, _windows = written[0]
        assert (tokens, jobs, sent) == (1, 1, 0)
        assert [one[:4] for one in written] == [written[0][:4]] * 3

    def test_nobody_gets_a_mail_who_is_unknown_or_disabled(self, client, app, run_jobs):

        disable(app, VERA)
        for email in (VERA, NOBODY):
            ask(client, email)
        run_jobs()

        assert sent(client) == []
        with everything(app) as session:
            assert session.scalars(reset_links()).all() == [], "no stranger's address is kept"

    def test_the_mail_is_in_the_language_of_the_person(self, client, run_jobs):
        ask(client, PIETER, headers={"Accept-Language": "de"})
        run_jobs()

        assert last_mail(client, PIETER).language == "nl"

    @pytest.mark.parametrize("typed", ["", "claire", "a b@x.example", "x" * 400 + "@x.example"])
    def test_what_is_no_address_is_said_to_be_none(self, client, typed):
        answer = ask(client, typed)

        assert answer.status_code == 422
        assert 'id="email-error"' in answer.text

    @pytest.mark.parametrize(
        "typed",
        ["cla%00ire@x.example", "x@y.example%0D%0ABcc:%20z@y.example", "a%ED%A0%80,@x.example"],
    )
    def test_what_nobody_types_is_refused_and_reaches_nobody(self, client, run_jobs, typed):
        body = f"csrf_token={form_token(client, '/forgot')}&email={typed}"
        form = "application/x-www-form-urlencoded"
        assert client.post("/forgot", data=body, content_type=form).status_code == 422
        run_jobs()

        assert sent(client) == []

    def test_an_address_is_read_in_whatever_spelling(self, client, run_jobs):
        ask(client, f"  {CLAIRE.upper()} ")
        run_jobs()

        assert last_mail(client, CLAIRE)

    def test_an_address_typed_at_the_sign_in_is_there_already(self, client):
        sign_in(client, CLAIRE, "wrong")

        assert f'value="{CLAIRE}"' in client.get("/forgot").text

    def test_what_was_typed_is_in_no_address(self, client):
        assert CLAIRE not in sign_in(client, CLAIRE, "wrong").text.split("<form")[0]
        assert "@" not in ask(client, CLAIRE).location

    @pytest.mark.parametrize("host", ["evil.example", "localhost:1@evil.example"])
    def test_no_host_that_somebody_asks_for_gets_into_the_mail(self, client, run_jobs, host):
        data = {"email": CLAIRE, "csrf_token": form_token(client, "/forgot")}
        headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        assert client.post("/forgot", data=data, headers={"Host": host}).status_code == 400
        assert client.post("/forgot", data=data, headers=headers).status_code == 303
        run_jobs()

        (mail,) = sent(client)
        public_url = client.application.extensions["settings"].public_url
        assert any(one.startswith(f"{public_url}/reset/") for one in mail.links)
        assert "evil.example" not in mail.text + mail.html


class TestThrottle:
    def test_too_many_requests_are_told_when_to_come_back(self, client):
        tries = most(Throttled.RESET, Together.ACCOUNT_AND_NETWORK)
        answers = [ask(client, NOBODY) for _ in range(tries + 2)]

        assert [one.status_code for one in answers] == [303] * tries + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) > 0

    def test_it_is_in_the_trail_once(self, client, app):
        from app.domain.audit import AuditAction
        from app.models import AuditEvent

        for _ in range(most(Throttled.RESET, Together.ACCOUNT_AND_NETWORK) + 3):
            ask(client, NOBODY)
        with everything(app) as session:
            throttled = AuditEvent.action == AuditAction.PASSWORD_RESET_THROTTLED.value
            assert session.scalar(select(func.count()).where(throttled)) == 1

    def test_my_requests_do_not_lock_you_out(self, client, app):
        elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
        for _ in range(most(Throttled.RESET, Together.ACCOUNT_AND_NETWORK) + 1):
            ask(client, CLAIRE, environ_base=elsewhere)

        assert ask(app.test_client(), CLAIRE).status_code == 303

    def test_a_flood_from_everywhere_is_cut_without_a_word_and_leaves_a_link_that_works(
        self, app, run_jobs
    ):
        for number in range(8):
            elsewhere = {"REMOTE_ADDR": f"198.51.{number}.1"}
            assert ask(app.test_client(), CLAIRE, environ_base=elsewhere).status_code == 303
            run_jobs()

        received = mails(app, CLAIRE)
        assert len(received) == most(Throttled.RESET_MAIL, Together.ACCOUNT)
        assert app.test_client().get(link_in(received[0])).status_code == 200


class TestTrail:
    def test_it_tells_who_asked_from_where_and_who_was_sent_a_link(self, client, app, run_jobs):
        from app.domain.audit import AuditAction
        from app.models import AuditEvent

        ask(client, CLAIRE)
        run_jobs()
        with everything(app) as session:
            action = AuditEvent.action == AuditAction.PASSWORD_RESET_REQUESTED.value
            asked, answered = session.scalars(select(AuditEvent).where(action))
            assert (asked.ip, answered.target_label) == ("127.0.0.1", "Claire Dubois")
            assert asked.request_id == answered.request_id
            assert CLAIRE not in str(asked.target_label)

    def test_the_new_password_is_theirs_and_nobody_elses_act(self, client, app, link):
        from app.domain.audit import AuditAction
        from app.models import AuditEvent

        choose(client, link)
        with everything(app) as session:
            names = (AuditAction.PASSWORD_SET.value, AuditAction.SIGNED_IN.value)
            events = session.scalars(select(AuditEvent).where(AuditEvent.action.in_(names)))
            assert {(one.action, one.actor_name) for one in events} == {
                (name, "Claire Dubois") for name in names
            }

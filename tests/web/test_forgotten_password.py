"""A forgotten password: one answer for everybody, a link that works once, and what a new password ends."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from app.services.throttle_rules import Throttled, Together, most
from tests.authenticator import code_of, give_second_step
from tests.cast import CLAIRE, PASSWORD, PIETER, VERA
from tests.mails import last_mail, link_in, mails
from tests.web.signing_in import form_token, sign_in

NEW = "correct horse battery"
NOBODY = "nobody@boulangerie-martin.example"
ENGLISH = {"Accept-Language": "en"}


@contextmanager
def everything(app):
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        session.rollback()  # nothing is recorded of a test that looks something up
        yield session


def ask(client, email, **options):
    data = {"email": email, "csrf_token": form_token(client, "/forgot")}
    return client.post("/forgot", data=data, **options)


@pytest.fixture
def link(client, run_jobs):
    """Claire's link, as it is in her mail."""
    ask(client, CLAIRE)
    run_jobs()
    return link_in(last_mail(client, CLAIRE))


def choose(client, link, password=NEW, **fields):
    data = {"password": password, "csrf_token": form_token(client, link), **fields}
    return client.post(link, data=data)


def sent(where):
    """Every mail but the invitation that the demo has on its way."""
    return [mail for mail in mails(where) if "/invitation/" not in mail.text]


def reset_links():
    from app.domain.tokens import TokenPurpose
    from app.models import Token

    return select(Token).where(Token.purpose == TokenPurpose.RESET_PASSWORD)


def disable(app, email):
    from app.services.users import disable_user, find_user

    with everything(app) as session:
        disable_user(session, find_user(session, email))
        session.commit()


def rows_of(app, *kinds):
    """How many rows there are of each kind."""
    with everything(app) as session:
        return [session.scalar(select(func.count()).select_from(kind)) for kind in kinds]


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


class TestTheLink:
    def test_looking_at_it_uses_nothing_up(self, client, link):
        for method in (client.get, client.head, client.get):
            assert method(link).status_code == 200

        assert choose(client, link).status_code == 303

    def test_it_works_once(self, client, app, link):
        assert choose(client, link).status_code == 303
        other = app.test_client()

        assert other.get(link).status_code == 410
        token = form_token(other, "/forgot")
        again = other.post(link, data={"password": "another good one", "csrf_token": token})
        assert again.status_code == 410
        assert sign_in(other, CLAIRE, NEW).status_code == 303

    def test_a_newer_link_ends_it(self, client, run_jobs, link):
        ask(client, CLAIRE)
        run_jobs()
        newer = link_in(last_mail(client, CLAIRE))

        assert newer != link
        assert client.get(link).status_code == 410
        assert client.get(newer).status_code == 200

    def test_it_ends_after_half_an_hour(self, client, app, link):
        from app.domain.clock import now

        with everything(app) as session:
            (token,) = session.scalars(reset_links())
            assert timedelta(minutes=29) < token.expires_at - now() <= timedelta(minutes=30)
            token.expires_at = now() - timedelta(seconds=1)
            session.commit()

        assert client.get(link).status_code == 410

    def test_a_change_of_the_password_ends_it(self, client, app, link):
        from app.services.users import find_user, set_password

        with everything(app) as session:
            set_password(session, find_user(session, CLAIRE), NEW)
            session.commit()

        assert client.get(link).status_code == 410

    def test_a_change_of_the_address_ends_it_and_tells_the_old_one(
        self, client, app, run_jobs, link
    ):
        from app.services.users import find_user
        from app.services.users_admin import UserValues, change_user

        with everything(app) as session:
            claire = find_user(session, CLAIRE)
            change_user(session, claire, UserValues("c@new.example", "Claire", "Dubois", "fr"))
            session.commit()
        run_jobs()

        assert client.get(link).status_code == 410
        assert link not in last_mail(client, CLAIRE).text

    def test_a_disabled_person_cannot_use_it(self, client, app, link):
        disable(app, CLAIRE)

        assert client.get(link).status_code == 410

    def test_somebody_disabled_behind_the_back_of_the_links_cannot_use_it(self, client, app, link):
        from app.models import PortalUser

        with everything(app) as session:
            whose = update(PortalUser).where(PortalUser.username == CLAIRE)
            session.execute(whose.values(active=False))
            session.commit()

        assert choose(client, link).status_code == 410

    @pytest.mark.parametrize("secret", ["x", "A" * 43, "%00", "é" * 30, "..%2f", "a" * 5000])
    def test_a_made_up_one_opens_nothing(self, client, secret):
        assert client.get(f"/reset/{secret}").status_code in {404, 410}

    def test_a_link_that_was_never_sent_opens_nothing(self, client, app):
        """Between asking and the worker's answer the link exists already, and is nobody's."""
        from app.services.tokens import secret_of

        ask(client, CLAIRE)
        with everything(app) as session:
            secret = secret_of(session.scalars(reset_links()).one(), secret_key=app.secret_key)

        assert client.get(f"/reset/{secret}").status_code == 410

    def test_a_dead_one_says_what_to_do(self, client):
        page = client.get("/reset/nothing", headers=ENGLISH)

        assert "no longer works" in page.text
        assert 'href="/forgot"' in page.text

    @pytest.mark.parametrize("state", ["alive", "dead"])
    def test_its_address_goes_nowhere(self, client, link, state):
        page = client.get(link if state == "alive" else f"{link}x")

        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in page.headers["Cache-Control"]

    def test_the_secret_is_nowhere_in_the_database(self, app, link):
        from app.models import AuditEvent, Job, OutgoingMail, Token

        secret = link.rsplit("/", 1)[-1]
        with everything(app) as session:
            for kind in (Token, Job, OutgoingMail, AuditEvent):
                for row in session.scalars(select(kind)):
                    assert secret not in repr(vars(row))

    def test_a_job_carries_no_address(self, client, app):
        from app.domain.jobs import Task
        from app.models import Job

        ask(client, CLAIRE)
        with everything(app) as session:
            (job,) = session.scalars(select(Job).where(Job.task == Task.REQUEST_PASSWORD_RESET))
            assert set(job.arguments) == {"link", "request"}
            assert "@" not in str(job.arguments)


class TestChoosing:
    @pytest.mark.parametrize("weak", ["short", "motdepasse2026", "claire dubois", CLAIRE])
    def test_a_password_that_breaks_the_rule_uses_nothing_up(self, client, link, weak):
        answer = choose(client, link, weak)

        assert answer.status_code == 422
        assert 'id="password-error"' in answer.text
        assert choose(client, link).status_code == 303

    def test_the_address_that_is_posted_counts_for_nothing(self, client, app, link):
        choose(client, link, email=PIETER)

        assert sign_in(app.test_client(), PIETER).status_code == 303
        assert sign_in(app.test_client(), CLAIRE, NEW).status_code == 303

    def test_every_other_session_ends(self, client, app, link):
        elsewhere = app.test_client()
        sign_in(elsewhere, CLAIRE)
        choose(client, link)

        assert elsewhere.get("/account").status_code == 302
        assert client.get("/account").status_code == 200

    def test_the_old_password_is_worth_nothing(self, client, app, link):
        choose(client, link)

        assert sign_in(app.test_client(), CLAIRE, PASSWORD).status_code == 422

    def test_the_next_page_says_what_happened(self, client, link):
        choose(client, link)
        page = client.get("/account")

        assert 'class="note ok" role="status"' in page.text
        assert 'class="note ok" role="status"' not in client.get("/account").text

    def test_the_person_is_told_by_mail_without_a_link_that_signs_in(self, client, run_jobs, link):
        choose(client, link)
        run_jobs()

        told = last_mail(client, CLAIRE)
        assert link not in told.text + told.html
        assert not [one for one in told.links if "/reset/" in one]

    def test_who_was_signed_in_as_somebody_else_is_not_any_more(self, client, link):
        sign_in(client, PIETER)
        before = client.get_cookie("sid").value
        choose(client, link)

        assert CLAIRE in client.get("/account").text
        client.set_cookie("sid", before)
        assert client.get("/account").status_code == 302

    def test_a_planted_cookie_is_worth_nothing_afterwards(self, client, link):
        client.set_cookie("sid", "planted-by-somebody-else")
        choose(client, link)

        assert client.get_cookie("sid").value != "planted-by-somebody-else"

    def test_a_form_of_another_site_changes_nothing(self, client, link):
        assert client.post(link, data={"password": NEW}).status_code == 400
        data = {"password": NEW, "csrf_token": form_token(client, link)}
        crossed = client.post(link, data=data, headers={"Sec-Fetch-Site": "cross-site"})

        assert crossed.status_code == 400
        assert sign_in(client, CLAIRE).status_code == 303

    def test_who_opened_it_before_the_browser_forgot_its_visit_opens_it_again(self, client, link):
        """The form's token is gone, the link is not: nobody is sent to a sign-in that they cannot pass."""
        for path in (link, "/forgot"):
            page = client.post(path, data={"password": NEW, "email": CLAIRE})
            assert f'href="{path}"' in page.text

    def test_the_second_step_is_not_skipped(self, client, app, link):
        elsewhere = app.test_client()
        sign_in(elsewhere, CLAIRE)
        seed = give_second_step(app, CLAIRE)

        assert choose(client, link).location == "/login/second-step"
        assert client.get("/account").status_code == 302
        assert elsewhere.get("/account").status_code == 302
        page = client.get("/login/second-step")
        assert 'class="note ok" role="status"' in page.text, "it says that the password is saved"

        data = {"code": code_of(seed), "csrf_token": form_token(client, "/login/second-step")}
        assert client.post("/login/second-step", data=data).status_code == 303
        assert client.get("/account").status_code == 200

    def test_of_ten_at_once_one_wins(self, app, link):
        browsers = [app.test_client() for _ in range(10)]
        tokens = [form_token(browser, link) for browser in browsers]
        start = Barrier(10)

        def one(number):
            start.wait()
            data = {"password": f"{NEW} {number}", "csrf_token": tokens[number]}
            return browsers[number].post(link, data=data).status_code

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(one, range(10)))

        assert sorted(answers) == [303] + [410] * 9
        winner = f"{NEW} {answers.index(303)}"
        assert sign_in(app.test_client(), CLAIRE, winner).status_code == 303


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

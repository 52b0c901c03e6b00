"""The link of a forgotten password: it works once, and what a new password ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update

from tests.authenticator import code_of, give_second_step
from tests.cast import CLAIRE, PASSWORD, PIETER
from tests.forgotten import ENGLISH, NEW, ask, choose, disable, everything, reset_links
from tests.mails import last_mail, link_in
from tests.web.signing_in import form_token, sign_in


@pytest.fixture
def link(client, run_jobs):
    """Claire's link, as it is in her mail."""
    ask(client, CLAIRE)
    run_jobs()
    return link_in(last_mail(client, CLAIRE))


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

"""A sign-in that is under way while the account changes: what was proved by what is no longer true opens nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.cast import CLAIRE, PASSWORD
from tests.web.signing_in import form_token

NEW_PASSWORD = "quatre chevaux verts"


def new_password(session, user):
    from app.services.users import set_password

    set_password(session, user, NEW_PASSWORD)


def disabled(session, user):
    from app.services.users import disable_user

    disable_user(session, user)


def other_address(session, user):
    user.username = user.email = "claire@elsewhere.example"


def change(app, act):
    from app.models import PortalUser
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        act(session, session.scalars(select(PortalUser).where(PortalUser.username == CLAIRE)).one())
        session.commit()


def try_to_sign_in(client):
    data = {"email": CLAIRE, "password": PASSWORD, "csrf_token": form_token(client)}
    return client.post("/login", data=data)


def open_sessions(app, user_id):
    from app.extensions import db
    from app.models import LoginSession

    with app.app_context():
        is_open = (LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        return db.session.scalar(select(func.count(LoginSession.id)).where(*is_open))


@pytest.mark.parametrize("act", [new_password, disabled, other_address])
def test_a_right_password_opens_nothing_once_the_account_is_another(app, client, monkeypatch, act):
    from app.services import sign_in

    look = sign_in.is_right_password
    claire = cast.user(app, CLAIRE).id

    def look_and_let_it_happen(password, stored):
        is_right = look(password, stored)
        monkeypatch.undo()
        change(app, act)
        return is_right

    monkeypatch.setattr(sign_in, "is_right_password", look_and_let_it_happen)
    before = open_sessions(app, claire)

    assert try_to_sign_in(client).status_code == 422
    assert open_sessions(app, claire) <= before


def test_of_many_who_sign_in_while_the_password_is_changed_nobody_stays(app):
    claire = cast.user(app, CLAIRE).id

    with ThreadPoolExecutor(5) as threads:
        answers = [threads.submit(try_to_sign_in, app.test_client()) for _ in range(4)]
        threads.submit(change, app, new_password).result()

    assert {answer.result().status_code for answer in answers} <= {303, 422}
    assert open_sessions(app, claire) == 0

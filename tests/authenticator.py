"""An authenticator app for tests: gives somebody of the cast a second step and makes its codes, at any moment.

No test waits for the next code: `code_of(seed, 1)` is the one of the period after this one, which counts as now.
A test that tells neighbouring periods apart asks for `held_period`: between two of its lines the next one may begin.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyotp
import pytest

if TYPE_CHECKING:
    from flask import Flask

PERIOD_S = 30


def now() -> datetime:
    """What the app's own clock says."""
    return datetime.now(UTC)


@pytest.fixture
def held_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clocks of the app and of what checks its codes stand still, and agree."""
    instant = now()
    for clock in ("tests.authenticator.now", "app.services.second_step.now"):
        monkeypatch.setattr(clock, lambda: instant)


def give_second_step(app: "Flask", email: str) -> str:
    """Switch on somebody's second step as after its set-up, without recovery codes; returns the seed."""
    from app.domain.clock import now
    from app.extensions import db
    from app.models import SecondStep
    from tests import cast

    seed = pyotp.random_base32()
    user_id = cast.user(app, email).id
    with app.app_context():
        sealed = app.extensions["ports"].vault.seal(
            seed, place=f"second_step|sealed_seed|{user_id}"
        )
        db.session.add(SecondStep(user_id=user_id, sealed_seed=sealed, confirmed_at=now()))
        db.session.commit()
    return seed


def give_recovery_codes(app: "Flask", email: str) -> tuple[str, ...]:
    """Ten new recovery codes of somebody."""
    from app.extensions import db
    from app.models import PortalUser
    from app.services.recovery_codes import draft_codes, keep_codes
    from tests import cast

    user_id = cast.user(app, email).id
    codes = draft_codes()
    with app.app_context():
        keep_codes(db.session(), db.session.get_one(PortalUser, user_id), codes)
        db.session.commit()
    return codes.written


def code_of(seed: str, periods: int = 0) -> str:
    """What the app shows now, or some periods of 30 seconds later (earlier where negative)."""
    return pyotp.TOTP(seed).at(int(now().timestamp()) + periods * PERIOD_S)

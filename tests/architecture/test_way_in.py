"""One way in: whatever proved the first step, the session starts where the second one is asked for."""

from tests.architecture.sources import Source, sources

STARTS_A_SESSION = {
    "app.security.sessions.sign_in": {"app/views/auth/entrance.py"},
    "app.services.sessions.start_session": {"app/security/sessions.py"},
    "app.views.auth.entrance.let_in": {"app/views/auth/second_step.py"},
}
"""What skips a step when it is called from anywhere else, and who may."""


def test_sessions_start_in_the_entrance_only():
    found = [
        f"{source.path} imports {name}"
        for source in sources("app")
        for name in source.imported() & STARTS_A_SESSION.keys()
        if source.path not in STARTS_A_SESSION[name]
    ]

    assert found == []


def test_a_breach_is_noticed():
    breach = Source("app/x.py", "from app.security.sessions import sign_in, sign_out")

    assert breach.imported() & STARTS_A_SESSION.keys() == {"app.security.sessions.sign_in"}

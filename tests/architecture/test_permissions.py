"""Every route asks for a permission, or is on a short list of what anybody may see."""

import re
from collections.abc import Callable
from typing import Any

OPEN_TO_ANYBODY = {
    "asset",  # style sheets, scripts, fonts
    "auth.sign_in",
    "auth.sign_out",
    "auth.start",
    "forgot.ask",
    "forgot.asked",
    "email_confirmation.confirm",  # whoever reads the mail
    "email_confirmation.show",
    "health.alive",
    "health.ready",
    "invitation.begin",
    "invitation.join",
    "invitation.show",
    "invitation.switch",
    "language.change",
    "openid.callback",  # the provider sends people here; a state of their own browser opens it
    "openid.not_linked",
    "openid.start",
    "second_step_code.ask",
    "outbox.attached",  # the demo's; 404 where mail is sent
    "outbox.data",
    "outbox.frame",
    "outbox.index",
    "outbox.show",
    "reset.choose",  # whoever has the link
}
# Flask-AppBuilder asks for these inside the method: the action's own name is the permission.
ASKS_INSIDE = {"action", "action_post"}
MARKS = ("required_permission", "_permission_name")


def asks_for_a_permission(view: Callable[..., Any]) -> bool:
    return any(hasattr(view, mark) for mark in MARKS) or view.__name__ in ASKS_INSIDE


def says_it_is_public(view: Callable[..., Any]) -> bool:
    return getattr(view, "is_public", False) is True


def test_each_exposed_method_asks_for_a_permission(built_app):
    unguarded = [
        endpoint
        for endpoint, view in built_app.view_functions.items()
        if not asks_for_a_permission(view) and not says_it_is_public(view)
    ]

    assert unguarded == []


def test_what_anybody_may_see_is_a_short_list(built_app):
    public = {name for name, view in built_app.view_functions.items() if says_it_is_public(view)}

    assert public <= OPEN_TO_ANYBODY
    assert not any(asks_for_a_permission(built_app.view_functions[name]) for name in public)


def test_no_route_of_flask_appbuilder_that_we_did_not_choose(built_app):
    addresses = [str(rule) for rule in built_app.url_map.iter_rules()]

    assert [path for path in addresses if path.startswith(("/api/", "/swagger", "/users/"))] == []


def test_none_of_its_ways_to_keep_users_passwords_and_roles_exists(built_app):
    """A person is added, and gets a password, in our own screens: its views answer under other names."""
    flask_appbuilders = re.compile(
        r"/(users?|userdbmodelview|useroauthmodelview|userinfoeditview|roles?|permissions?|groups?|viewmenus?"
        r"|permissionviews?|registeruser\w*|register|resetpassword|resetmypassword|userstatschartview"
        r"|api|swagger|security)(/|$)",
        re.IGNORECASE,
    )
    addresses = [str(rule) for rule in built_app.url_map.iter_rules()]
    found = [path for path in addresses if flask_appbuilders.match(path)]

    assert found == []
    modules = {view.__module__ for view in built_app.view_functions.values()}
    assert {one for one in modules if one.startswith("flask_appbuilder.security")} == set()


def test_a_breach_of_each_rule_is_noticed():
    def bare():
        return "anybody reads this"

    def marked():
        return "somebody reads this"

    setattr(marked, MARKS[0], "VIEW_INVOICES")

    assert not asks_for_a_permission(bare)
    assert not says_it_is_public(bare)
    assert asks_for_a_permission(marked)

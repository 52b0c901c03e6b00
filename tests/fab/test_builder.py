"""The registry: only our own addresses, no REST, nothing asked of the database at start."""

import re
from contextlib import suppress
from pathlib import Path

import flask_appbuilder
import pytest
from flask import Flask
from jinja2 import TemplateNotFound
from sqlalchemy import event
from sqlalchemy.engine import Engine

OWN = {
    "LineView",
    "BillView",
    "CompanyView",
    "note",
    "language",
    "account",
    "auth",
    "asset",
    "static",
}


def test_only_declared_screens_have_addresses(toy):
    endpoints = {rule.endpoint.partition(".")[0] for rule in toy.app.url_map.iter_rules()}
    rules = [rule.rule for rule in toy.app.url_map.iter_rules()]

    assert endpoints <= OWN
    for part in ("/api", "/swagger", "/lang/", "/back", "/users", "/roles", "/login", "/download"):
        assert not [rule for rule in rules if part in rule]


def test_a_screen_has_only_the_methods_it_permits(toy):
    methods = {
        rule.endpoint.partition(".")[2]
        for rule in toy.app.url_map.iter_rules()
        if rule.endpoint.startswith("CompanyView.")
    }

    assert methods == {"list", "show"}


def test_nothing_is_asked_of_the_database_at_start(tmp_path):
    from tests.fab.toy import make_toy

    seen = []

    def note(_conn, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        make_toy(f"sqlite:///{tmp_path / 'none.db'}")
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert seen == []


def test_forged_posts_are_not_possible_by_oversight():
    from app.fab.builder import AppBuilder
    from tests.fab.toy import ToySecurity

    app = Flask("bare")
    with app.app_context(), pytest.raises(RuntimeError, match="CSRFProtect"):
        AppBuilder(security_manager_class=ToySecurity).init_app(app, None)


def test_a_rest_endpoint_is_refused(toy):
    from flask_appbuilder.api import BaseApi

    class Rest(BaseApi):
        resource_name = "rest"

    with toy.app.app_context(), pytest.raises(TypeError, match="REST"):
        toy.app.extensions["appbuilder"].add_api(Rest)


def test_strangers_are_sent_to_sign_in_and_come_back(toy):
    toy.app.extensions["appbuilder"].sm.allowed = set()

    answer = toy.client.get("/billview/list/?_flt_0_number=a")

    assert (answer.status_code, answer.location) == (
        302,
        "/login?next=/billview/list/%3F_flt_0_number%3Da",
    )


def test_buttons_follow_the_permissions(toy):
    toy.app.extensions["appbuilder"].sm.allowed = {"Bills.can_list"}

    page = toy.client.get("/billview/list/").get_data(as_text=True)

    assert "A00059" in page
    for method in ("/show/", "/edit/", "/delete/", "/add", "action"):
        assert f"/billview{method}" not in page


def test_a_screen_that_leaves_things_unsaid_cannot_be_made():
    from app.fab.interface import TenantInterface
    from app.fab.views import ReadOnlyModelView, TenantModelView
    from tests.fab.toy import ToyBill

    def screen(**body):
        return type("Screen", (TenantModelView,), {"datamodel": TenantInterface(ToyBill), **body})

    with pytest.raises(TypeError, match="base_permissions"):
        screen(list_columns=["number"])
    with pytest.raises(TypeError, match="show_columns"):
        screen(base_permissions=["can_show"])
    with pytest.raises(TypeError, match="search_columns"):
        screen(base_permissions=["can_list"], list_columns=["number"], search_columns=["company"])
    with pytest.raises(TypeError, match="order_columns"):
        screen(
            base_permissions=["can_list"], list_columns=["number"], order_columns=["company.name"]
        )
    writes = {
        "base_permissions": ["can_list", "can_delete"],
        "list_columns": ["number"],
        "show_columns": ["number"],
    }
    with pytest.raises(TypeError, match="read-only"):
        type("Screen", (ReadOnlyModelView,), {"datamodel": TenantInterface(ToyBill), **writes})()


def test_no_template_of_flask_appbuilder_can_be_drawn(toy):
    root = Path(flask_appbuilder.__file__).parent / "templates"
    names = [str(file.relative_to(root)) for file in root.rglob("*.html")]

    for name in names:
        with suppress(TemplateNotFound):
            drawn = Path(toy.app.jinja_env.get_template(name).filename)
            assert not drawn.is_relative_to(root), name


def test_our_templates_hold_no_inline_style_or_script():
    folder = Path(__file__).resolve().parents[2] / "app" / "templates" / "appbuilder"

    for file in folder.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|jquery|bootstrap", text
        ), file

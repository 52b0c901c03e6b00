"""An upgrade of Flask-AppBuilder that changes what we replace is noticed, and says where to look."""

import json

from tests.fab.contract import RECORD, current


def test_flask_appbuilder_is_the_one_we_know():
    known, found = json.loads(RECORD.read_text(encoding="utf-8")), current()
    changed = [
        f"{kind}: {name}"
        for kind in ("templates", "methods")
        for name in sorted({*known[kind], *found[kind]})
        if known[kind].get(name) != found[kind].get(name)
    ]

    assert not changed, (
        f"Flask-AppBuilder {found['version']} (or what we replace in it) differs from "
        f"{known['version']} in:\n  " + "\n  ".join(changed) + "\n"
        "Read each change, adapt app/fab and app/templates/appbuilder if needed, and then run "
        "`python -m tests.fab.contract` to write down the new state."
    )

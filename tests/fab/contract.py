"""What we rely on in Flask-AppBuilder without it being a promise: its templates, the methods we replace.

`python -m tests.fab.contract` writes down the installed version, once its changes have been read.
"""

import hashlib
import inspect
import json
from pathlib import Path
from typing import Any

import flask_appbuilder

RECORD = Path(__file__).with_name("contract.json")


def templates() -> dict[str, str]:
    """Each template that a generated screen of FAB's would draw, and the hash of its text."""
    root = Path(flask_appbuilder.__file__).parent / "templates"
    files = sorted((root / "appbuilder" / "general").glob("[mw]*/*.html"))
    return {str(file.relative_to(root)): _hash(file.read_text(encoding="utf-8")) for file in files}


def methods() -> dict[str, str]:
    """Each method of FAB's that a class of ours replaces, and the hash of its source."""
    found = {}
    for own in _our_classes():
        for name in vars(own):
            for base in own.__mro__:
                theirs = vars(base).get(name)
                theirs = theirs.fget if isinstance(theirs, property) else theirs
                if base.__module__.startswith("flask_appbuilder") and inspect.isfunction(theirs):
                    source = inspect.getsource(inspect.unwrap(theirs))
                    found[f"{base.__module__}.{base.__name__}.{name}"] = _hash(source)
                    break
    return dict(sorted(found.items()))


def _our_classes() -> list[type]:
    from app.fab import builder, filters, interface, portal, saving, views, widgets
    from app.security.manager import SecurityManager

    modules = [builder, filters, interface, portal, saving, views, widgets]
    classes = [SecurityManager, *views.TenantModelView.__mro__]
    for module in modules:
        classes += [one for one in vars(module).values() if inspect.isclass(one)]
    ours = {one for one in classes if one.__module__.startswith("app.")}
    return sorted(ours, key=lambda one: one.__name__)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def current() -> dict[str, Any]:
    return {
        "version": flask_appbuilder.__version__,
        "templates": templates(),
        "methods": methods(),
    }


if __name__ == "__main__":
    RECORD.write_text(json.dumps(current(), indent=1) + "\n", encoding="utf-8")

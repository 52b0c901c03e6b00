"""Flask extensions, unbound, and the ports as `create_app` wired them."""

from typing import cast

from flask import current_app
from flask_appbuilder.models.sqla.base import SQLA
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app.domain.ports import Ports
from app.models import Base
from app.security.tenancy import TenantSession, install

install()

db = SQLA(metadata=Base.metadata, session_options={"class_": TenantSession})
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()


def ports() -> Ports:
    """What the application in context talks to the outside with."""
    return cast("Ports", current_app.extensions["ports"])

"""The application for `flask --app run` and for WSGI servers (`gunicorn run:app`)."""

from app import create_app
from config import SettingsError, load_settings

try:
    app = create_app(load_settings())
except SettingsError as error:
    raise SystemExit(str(error)) from None

"""A bare application that renders the design system: no database, no Flask-AppBuilder."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, render_template
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from app.views.assets import register_assets
from app.views.formats import register_formats
from app.views.fragments import register_fragments
from app.views.plots import age_bars, month_bars

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
LANGUAGES = [("fr", "Français"), ("nl", "Nederlands"), ("en", "English"), ("de", "Deutsch")]
LAYOUTS = ("portal", "auth", "backoffice", "plain")
LONG_LIST = [(str(number), f"Land {number}") for number in range(20)]


class SampleForm(FlaskForm):
    name = StringField("Name on the invoice", [DataRequired(), Length(max=70)])
    street = StringField("Street and number", [DataRequired("Enter the street.")])
    postcode = StringField("Postcode", [DataRequired()])
    city = StringField("City")
    mode = RadioField(
        "How should invoices reach you?",
        [DataRequired("Choose a delivery mode.")],
        choices=[
            ("EMAIL", "E-MAIL"),
            ("PEPPOL", "PEPPOL"),
            ("PEPPOL_AND_EMAIL", "PEPPOL + EMAIL"),
        ],
    )
    copies = TextAreaField("People who get a copy by e-mail")
    language = SelectField("Language", choices=LANGUAGES)
    country = SelectField("Country", choices=LONG_LIST)
    tags = SelectMultipleField("Tags", choices=[("a", "A"), ("b", "B")])
    day = DateField("First day")
    password = PasswordField("Password")
    note = TextAreaField("Note")
    files = MultipleFileField("Files")
    agree = BooleanField("Only look, change nothing")
    fixed = StringField("Enterprise number")
    kept = HiddenField("Kept")


def design_app() -> Flask:
    app = Flask("design", static_folder=None, template_folder=str(ROOT / "app" / "templates"))
    app.config.update(SECRET_KEY="design", WTF_CSRF_ENABLED=True, TESTING=True)
    app.jinja_env.undefined = StrictUndefined
    own = FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "app" / "templates"), own])
    Babel(app, default_timezone="Europe/Brussels")
    CSRFProtect(app)
    register_assets(app)
    register_formats(app)
    register_fragments(app)
    app.add_url_rule("/logout", "auth.sign_out", lambda: "", methods=["POST"])
    app.add_url_rule("/language", "language.change", lambda: "", methods=["POST"])
    app.add_url_rule("/account", "account.show", lambda: "")
    app.add_url_rule("/sink/<layout>", "sink", kitchen_sink, methods=["GET", "POST"])
    app.add_url_rule("/error/<code>", "error", error_page)
    return app


def kitchen_sink(layout: str) -> str:
    form = SampleForm(
        name="Boulangerie Martin SRL",
        mode="PEPPOL",
        copies="compta@boulangerie-martin.example\nclaire@boulangerie-martin.example",
        fixed="0990.000.023",
    )
    form.validate_on_submit()
    return render_template(
        "kitchen_sink.html",
        **page_context(),
        layout=f"layouts/{layout}.html",
        form=form,
        today=TODAY,
        invoices=[
            ("2026-001234", 442868, ("Open", "info", True)),
            ("2026-001187", 111240, ("Overdue 6 days", "bad")),
            ("CN-2026-00031", -16495, ("Credit note",)),
        ],
        months=month_bars(
            {date(2026, month, 1): 300000 + month * 12345 for month in range(1, 12)}, today=TODAY
        ),
        ages=age_bars({"NOT_DUE": 442868, "LATE_1_30": 111240}),
        events=[
            SimpleNamespace(
                text="Delivery mode changed",
                who="Claire Dubois",
                at=datetime(2026, 11, 22, 9, 14, tzinfo=UTC),
                icon="peppol",
                details=[("Delivery mode", "E-MAIL", "PEPPOL"), ("Reference", "A", None)],
            ),
            SimpleNamespace(
                text="Address added",
                who="Marc Manager",
                at=datetime(2026, 10, 1, 9, 0, tzinfo=UTC),
            ),
        ],
    )


def error_page(code: str) -> str:
    return render_template(f"errors/{code}.html", reference="7f3a-11")


def page_context() -> dict[str, object]:
    company = SimpleNamespace(
        name="Boulangerie Martin SRL", customer_number="C-10482", public_id="1", url="/c/1/"
    )
    other = SimpleNamespace(
        name="Atelier Dubois SRL", customer_number="C-10483", public_id="2", url="/c/2/"
    )
    return {
        "principal": SimpleNamespace(
            name="Claire Dubois",
            first_name="Claire",
            initials="CD",
            email="claire@boulangerie-martin.example",
            language="en",
        ),
        "company": company,
        "companies": [company, other],
        "navigation": [
            _entry("Home", "home"),
            _entry("Invoices", "invoice", count="2"),
            _entry("Direct debit", "bank"),
            _entry(
                "My company",
                "company",
                children=[_entry("Details", ""), _entry("Addresses", "", current=True)],
            ),
            _entry("Help", "help"),
            _entry("Records", "", url="", children=[_entry("Imports", "upload")]),
        ],
        "issuer": SimpleNamespace(name="Titres Demo SA", contact_email="experts@issuer.example"),
        "locale": "en",
        "languages": LANGUAGES,
        "search_url": "/backoffice/search",
        "search_text": "",
    }


def _entry(label: str, icon: str, **more: object) -> SimpleNamespace:
    standard = {"url": f"/{label}", "current": False, "count": None, "children": []}
    return SimpleNamespace(label=label, icon=icon, **{**standard, **more})

"""The issuer's settings: name, sender, contact, languages, identifiers."""

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, SelectField, SelectMultipleField, TelField
from wtforms.validators import InputRequired

from app.domain.errors import DomainError
from app.domain.typed_text import checked_phone
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission
from app.services.issuer import forget_issuer_card
from app.services.issuer_settings import IssuerValues, change_issuer, read_issuer
from app.views.locale import LANGUAGES
from app.views.portal.fields import Rule, line

_NAMES = list(LANGUAGES.items())
_NEEDED = _("Fill in this field.")


class IssuerForm(FlaskForm):
    """`seen` is the version that the administrator looked at."""

    name = line(_("Name of the issuer"), 200, required=True)
    enterprise_number = line(_("Enterprise number"), 40)
    vat_number = line(_("VAT number"), 40)
    contact_email = EmailField(_("E-mail address for questions"), [InputRequired(_NEEDED)])
    contact_phone = TelField(
        _("Telephone for questions"), [Rule(lambda typed: checked_phone(typed, field=""))]
    )
    sender_name = line(_("Name of the sender of e-mails"), 200, required=True)
    sender_email = EmailField(_("E-mail address of the sender"), [InputRequired(_NEEDED)])
    languages = SelectMultipleField(_("Languages offered"), choices=_NAMES)
    default_language = SelectField(
        _("Language of those who chose none"), [InputRequired(_NEEDED)], choices=_NAMES
    )
    seen = HiddenField()

    def values(self) -> IssuerValues:
        said = {name: value for name, value in self.data.items() if name in _FIELDS}
        ticked = self.languages.data or []
        return IssuerValues(**said, languages=tuple(code for code in LANGUAGES if code in ticked))


_FIELDS = frozenset(
    {
        "name",
        "enterprise_number",
        "vat_number",
        "contact_email",
        "contact_phone",
        "sender_name",
        "sender_email",
        "default_language",
    }
)


class IssuerView(PortalView):
    endpoint_name = "issuer"
    route_base = "/backoffice/issuer"
    form_template = "backoffice/issuer.html"

    @expose("/", methods=["GET"])
    @requires(Permission.EDIT_ISSUER)
    def edit(self) -> Response:
        values, version = read_issuer(db.session())
        return self.render_form(IssuerForm(obj=values, seen=version))

    @expose("/", methods=["POST"])
    @requires(Permission.EDIT_ISSUER)
    def save(self) -> Response:
        form = IssuerForm()
        if not form.validate():
            return self.render_form(form, status=422)
        try:
            change_issuer(db.session(), form.values(), version=form.seen.data or "")
        except DomainError as error:
            return self.refuse(error, form)
        db.session.commit()
        forget_issuer_card()
        return self.saved(gettext("Changes saved."), url_for("issuer.edit"))

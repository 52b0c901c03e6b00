"""The back-office's contact persons at companies: as in the portal, through the same services."""

from typing import Any, ClassVar

from flask import g, request
from flask_babel import lazy_gettext as _
from sqlalchemy import Select

from app.extensions import db
from app.fab.interface import TenantInterface
from app.models import Address, Company, Contact
from app.security.permissions import Screen
from app.services import contacts
from app.services.company_lookup import key_of_company
from app.views.backoffice.company_screen import CompanyScreen, uuid_of


class CompanyContactView(CompanyScreen):
    endpoint_name = "company_contacts"
    route_base = "/backoffice/contacts"
    datamodel = TenantInterface(Contact)
    class_permission_name = Screen.CONTACTS.value
    base_permissions: ClassVar[list[str]] = [
        "can_list",
        "can_show",
        "can_add",
        "can_edit",
        "can_delete",
    ]
    section = "contacts"
    list_title = _("Contacts")
    show_title = _("Contact")
    add_title = _("Add a contact")
    edit_title = _("Edit the contact")
    list_columns: ClassVar[list[str]] = ["name", "company", "topic", "position", "email", "phone"]
    show_columns: ClassVar[list[str]] = [*list_columns, "address"]
    edit_columns: ClassVar[list[str]] = ["name", "topic", "position", "email", "phone", "address"]
    add_columns: ClassVar[list[str]] = ["company", *edit_columns]
    search_columns = ("name", "email", "topic")
    order_columns = ("name",)
    base_order = ("name", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": _("Name"),
        "company": _("Company"),
        "topic": _("Contact for"),
        "position": _("Position"),
        "email": _("E-mail address"),
        "phone": _("Telephone"),
        "address": _("Address"),
    }
    description_columns: ClassVar[dict[str, Any]] = {
        "address": _("Choose none for a contact of the whole company."),
    }

    def narrow_relation(self, relation: str, statement: Select[Any]) -> Select[Any]:
        """A contact stands at an address of its own company, once it is known which."""
        if relation != "address":
            return statement
        company: Company | None = g.get("acting_for")
        if company is not None:
            return statement.where(Address.company_id == company.id, Address.archived_at.is_(None))
        wanted = uuid_of(request.form.get("company") or request.args.get("company"))
        owner = key_of_company(wanted)
        return statement.where(Address.company_id == owner, Address.archived_at.is_(None))

    def url(self, method: str, **values: Any) -> str:
        company: Company | None = g.get("acting_for")
        if method == "lookup" and values.get("relation") == "address" and company is not None:
            values["company"] = str(company.public_id)
        return super().url(method, **values)

    def _create(self, item: Contact, form: Any) -> None:
        session = db.session()
        contacts.add_contact(session, form.company.data.id, _values(form))
        session.commit()

    def _save(self, item: Contact, form: Any) -> None:
        session = db.session()
        contacts.update_contact(session, item, _values(form), version=form.seen.data)
        session.commit()

    def remove(self, item: Contact) -> None:
        session = db.session()
        contacts.remove_contact(session, item)
        session.commit()


def _values(form: Any) -> contacts.ContactValues:
    return contacts.ContactValues(
        name=form.name.data,
        position=form.position.data,
        topic=form.topic.data,
        email=form.email.data,
        phone=form.phone.data,
        address_id=form.address.data.id if form.address.data else None,
    )

"""Each table belongs to a company, unless it is on one of two short lists."""

import pytest

# Nobody's in particular: staff see them until `company_id` is known.
STAFF_ONLY_WHILE_NULL = {
    "audit_event",
    "contact_request",
    "export",
    "import_batch",
    "import_row",
    "job",
    "outgoing_mail",
    "payment",
}
# Of the deployment, not of a customer. `company` is the tenant itself.
GLOBAL = {
    "company",
    "external_identity",
    "help_article",
    "issuer_setting",
    "login_session",
    "peppol_provider",
    "recovery_code",
    "second_step",
    "sign_in_domain",
    "throttle_window",
    "token",
}
FRAMEWORK = ("ab_",)  # Flask-AppBuilder's own, users among them


@pytest.fixture(scope="module")
def tables():
    from app.models import Base

    ours = {name: table for name, table in Base.metadata.tables.items() if is_ours(name)}
    assert ours
    return ours


def is_ours(name):
    return not name.startswith(FRAMEWORK)


def misowned(table):
    """Return what is wrong with the owner of `table`, or an empty text."""
    column = table.columns.get("company_id")
    if table.name in GLOBAL:
        return "" if column is None else f"{table.name} is listed as global but has company_id"
    if column is None:
        return f"{table.name} has no company_id"
    if column.nullable is not (table.name in STAFF_ONLY_WHILE_NULL):
        return f"{table.name}.company_id is {'nullable' if column.nullable else 'not nullable'}"
    return ""


def mixing_keys(table, ours):
    """Give the foreign keys by which a row could point into another company."""
    for constraint in table.foreign_key_constraints:
        target = constraint.referred_table
        owned = target.name in ours and target.name not in GLOBAL
        if owned and "company_id" not in constraint.column_keys:
            yield f"{table.name} → {target.name}"


def test_every_table_belongs_to_a_company_or_is_on_a_list(tables):
    assert [problem for table in tables.values() if (problem := misowned(table))] == []


def test_foreign_keys_between_owned_tables_carry_the_company(tables):
    found = [key for table in tables.values() for key in mixing_keys(table, tables)]

    assert [key for key in found if key.split(" ")[0] not in STAFF_ONLY_WHILE_NULL] == []


def test_a_breach_of_each_rule_is_noticed():
    import sqlalchemy as sa

    metadata = sa.MetaData()
    parent = sa.Table("invoice", metadata, sa.Column("id", sa.Integer, primary_key=True))
    child = sa.Table(
        "note",
        metadata,
        sa.Column("company_id", sa.Integer, nullable=True),
        sa.Column("invoice_id", sa.ForeignKey("invoice.id")),
    )

    assert misowned(parent)
    assert misowned(child)
    assert list(mixing_keys(child, {"invoice": parent, "note": child}))

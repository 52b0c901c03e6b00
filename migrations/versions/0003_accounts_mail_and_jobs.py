"""accounts, mail and jobs

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from migrations import walls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


OF_A_COMPANY = ("invitation", "invitation_address")
# Of nobody, or read before anybody's scope is known: `app.security` and the queue alone ask for them.
UNWALLED = ("job",)
READABLE_SESSION = ("method", "second_step_at", "device_sha256")
"""New columns of a table that the auditors' role may read by column."""


def upgrade() -> None:
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_external_identity_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identity_issuer_subject")),
        sa.UniqueConstraint("public_id", name=op.f("uq_external_identity_public_id")),
    )
    with op.batch_alter_table("external_identity", schema=None) as batch_op:
        batch_op.create_index("ix_external_identity_user", ["user_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "task",
            sa.Enum(
                "SEND_MAIL",
                "REQUEST_PASSWORD_RESET",
                "EXPIRE_ACCESS",
                "EXPIRE_INVITATIONS",
                "PURGE_EXPIRED",
                name="task",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "WAITING",
                "RUNNING",
                "DONE",
                "DEAD",
                "CANCELLED",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.String(length=64), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_job_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
        sa.UniqueConstraint("task", "key", name=op.f("uq_job_task_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_company_id", ["company_id", "id"], unique=False)
        batch_op.create_index("ix_job_due", ["state", "run_at", "id"], unique=False)
        batch_op.create_index("ix_job_lease", ["state", "leased_until"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_recovery_code_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index("ix_recovery_code_user", ["user_id"], unique=False)

    op.create_table(
        "second_step",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed_seed", sa.String(length=300), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_second_step_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_step")),
    )
    op.create_table(
        "sign_in_domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["ab_user.id"],
            name=op.f("fk_sign_in_domain_approved_by_id_ab_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_domain")),
        sa.UniqueConstraint("provider", "domain", name=op.f("uq_sign_in_domain_provider_domain")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_in_domain_public_id")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "RESET_PASSWORD",
                "FIRST_PASSWORD",
                "CONFIRM_EMAIL",
                "INVITATION",
                "SECOND_STEP",
                name="tokenpurpose",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_token_user_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("public_id", name=op.f("uq_token_public_id")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_token_secret_sha256")),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.create_index("ix_token_expires", ["expires_at"], unique=False)
        batch_op.create_index("ix_token_user", ["user_id", "purpose"], unique=False)

    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "RESET_PASSWORD",
                "FIRST_PASSWORD",
                "PASSWORD_CHANGED",
                "CONFIRM_EMAIL",
                "EMAIL_CHANGED",
                "INVITATION",
                "ADMINISTRATOR_ADDED",
                "NEW_DEVICE",
                "SECOND_STEP_ENABLED",
                "SECOND_STEP_DISABLED",
                "RECOVERY_CODES_MADE",
                "RECOVERY_CODE_USED",
                "IDENTITY_LINKED",
                "IDENTITY_UNLINKED",
                "TEST",
                name="mailkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("to_email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("resend_of_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "QUEUED",
                "SENDING",
                "SENT",
                "DEFERRED",
                "FAILED",
                "BOUNCED",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("maybe_twice", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_outgoing_mail_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["resend_of_id"],
            ["outgoing_mail.id"],
            name=op.f("fk_outgoing_mail_resend_of_id_outgoing_mail"),
        ),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["token.id"],
            name=op.f("fk_outgoing_mail_token_id_token"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_outgoing_mail_user_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_outgoing_mail_company_id_id")),
        sa.UniqueConstraint("key", name=op.f("uq_outgoing_mail_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_mail_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outgoing_mail_public_id")),
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outgoing_mail_company_id", ["company_id", "written_at", "id"], unique=False
        )
        batch_op.create_index("ix_outgoing_mail_token", ["token_id"], unique=False)
        batch_op.create_index("ix_outgoing_mail_written", ["written_at", "id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "EMPLOYER_ADMIN",
                "EMPLOYER_BILLING",
                "EMPLOYER_VIEWER",
                name="employerrole",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("limited_to_addresses", sa.Boolean(), nullable=False),
        sa.Column("access_until", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING",
                "ACCEPTED",
                "EXPIRED",
                "REVOKED",
                name="invitationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["ab_user.id"], name=op.f("fk_invitation_accepted_by_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_invitation_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["ab_user.id"], name=op.f("fk_invitation_invited_by_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "mail_id"],
            ["outgoing_mail.company_id", "outgoing_mail.id"],
            name=op.f("fk_invitation_company_id_mail_id_outgoing_mail"),
        ),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["token.id"],
            name=op.f("fk_invitation_token_id_token"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_invitation_company_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index("ix_invitation_company_id", ["company_id", "id"], unique=False)
        batch_op.create_index("ix_invitation_expires", ["state", "expires_at"], unique=False)
        batch_op.create_index("ix_invitation_token", ["token_id"], unique=False)
        batch_op.create_index(
            "uq_invitation_pending",
            ["company_id", "email"],
            unique=True,
            sqlite_where=sa.text("state = 'PENDING'"),
            postgresql_where=sa.text("state = 'PENDING'"),
        )

    op.create_table(
        "invitation_address",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "address_id"],
            ["address.company_id", "address.id"],
            name=op.f("fk_invitation_address_company_id_address_id_address"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "invitation_id"],
            ["invitation.company_id", "invitation.id"],
            name=op.f("fk_invitation_address_company_id_invitation_id_invitation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_invitation_address_company_id_company")
        ),
        sa.PrimaryKeyConstraint("invitation_id", "address_id", name=op.f("pk_invitation_address")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "method",
                sa.Enum(
                    "PASSWORD",
                    "RESET_LINK",
                    "INVITATION",
                    "OPENID",
                    name="signinmethod",
                    native_enum=False,
                    length=40,
                ),
                nullable=False,
                server_default="PASSWORD",
            )
        )
        batch_op.add_column(sa.Column("second_step_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("device_sha256", sa.String(length=64), nullable=True))

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("expiry_recorded_at", sa.DateTime(timezone=True), nullable=True)
        )
    for table in OF_A_COMPANY:
        walls.raise_wall(table)
    walls.raise_wall_of_mail("outgoing_mail")
    if walls.is_postgresql() and (auditor := walls.roles().audit):
        walls.grant("SELECT", UNWALLED, to=[auditor])
        walls.grant(f"SELECT ({', '.join(READABLE_SESSION)})", ["login_session"], to=[auditor])


def downgrade() -> None:
    for table in (*OF_A_COMPANY, "outgoing_mail"):
        walls.lower_wall(table)
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_column("expiry_recorded_at")

    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_column("device_sha256")
        batch_op.drop_column("second_step_at")
        batch_op.drop_column("method")

    op.drop_table("invitation_address")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invitation_pending",
            sqlite_where=sa.text("state = 'PENDING'"),
            postgresql_where=sa.text("state = 'PENDING'"),
        )
        batch_op.drop_index("ix_invitation_token")
        batch_op.drop_index("ix_invitation_expires")
        batch_op.drop_index("ix_invitation_company_id")

    op.drop_table("invitation")
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_outgoing_mail_written")
        batch_op.drop_index("ix_outgoing_mail_token")
        batch_op.drop_index("ix_outgoing_mail_company_id")

    op.drop_table("outgoing_mail")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_index("ix_token_user")
        batch_op.drop_index("ix_token_expires")

    op.drop_table("token")
    op.drop_table("sign_in_domain")
    op.drop_table("second_step")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index("ix_recovery_code_user")

    op.drop_table("recovery_code")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_lease")
        batch_op.drop_index("ix_job_due")
        batch_op.drop_index("ix_job_company_id")

    op.drop_table("job")
    with op.batch_alter_table("external_identity", schema=None) as batch_op:
        batch_op.drop_index("ix_external_identity_user")

    op.drop_table("external_identity")

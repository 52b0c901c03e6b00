"""Invitations to a company: access that begins when the person says yes."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.access import InvitationState
from app.domain.roles import EmployerRole
from app.models.address import Address
from app.models.base import Base, CompanyOwned, PublicId, Timestamped, UtcDateTime, text_enum
from app.models.company import Company
from app.models.mail import OutgoingMail
from app.models.user import PortalUser

_PENDING = text("state = 'PENDING'")


class Invitation(CompanyOwned, PublicId, Timestamped, Base):
    """One pending invitation per company and address. `access_until` is the last day of the access it gives.

    `token_id` and `mail_id` are those of the latest link: sending again makes new ones.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        ForeignKeyConstraint(
            ["company_id", "mail_id"], ["outgoing_mail.company_id", "outgoing_mail.id"]
        ),
        Index(
            "uq_invitation_pending",
            "company_id",
            "email",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index("ix_invitation_company_id", "company_id", "id"),
        Index("ix_invitation_expires", "state", "expires_at"),
        Index("ix_invitation_token", "token_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[EmployerRole] = mapped_column(text_enum(EmployerRole))
    limited_to_addresses: Mapped[bool] = mapped_column(default=False)
    access_until: Mapped[date | None]
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[InvitationState] = mapped_column(
        text_enum(InvitationState), default=InvitationState.PENDING
    )
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    token_id: Mapped[int | None] = mapped_column(ForeignKey("token.id", ondelete="SET NULL"))
    mail_id: Mapped[int | None]
    sent_count: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    company: Mapped[Company] = relationship()
    invited_by: Mapped[PortalUser | None] = relationship(foreign_keys="Invitation.invited_by_id")
    mail: Mapped[OutgoingMail | None] = relationship(viewonly=True)
    addresses: Mapped[list[Address]] = relationship(
        secondary="invitation_address",
        primaryjoin="Invitation.id == InvitationAddress.invitation_id",
        secondaryjoin="InvitationAddress.address_id == Address.id",
        viewonly=True,
        order_by="Address.name",
    )

    def __str__(self) -> str:
        return self.email


class InvitationAddress(CompanyOwned, Base):
    """One address that the access will be limited to."""

    __tablename__ = "invitation_address"
    __table_args__ = (
        ForeignKeyConstraint(
            ["company_id", "invitation_id"],
            ["invitation.company_id", "invitation.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["company_id", "address_id"], ["address.company_id", "address.id"]),
    )

    invitation_id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(primary_key=True)

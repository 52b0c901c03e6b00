"""What ties people to companies: memberships of employers' people, portfolios of account managers."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.roles import EmployerRole
from app.models.address import Address
from app.models.base import Base, CompanyOwned, PublicId, Timestamped, UtcDateTime, text_enum
from app.models.company import Company
from app.models.user import PortalUser


class Membership(CompanyOwned, PublicId, Timestamped, Base):
    """A user's role at a company, from `starts_on` to `expires_on` (both included), maybe for some addresses only."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("user_id", "company_id"),
        Index("ix_membership_company_id", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    role: Mapped[EmployerRole] = mapped_column(
        text_enum(EmployerRole), default=EmployerRole.EMPLOYER_VIEWER
    )
    starts_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    limited_to_addresses: Mapped[bool] = mapped_column(default=False)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expiry_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    company: Mapped[Company] = relationship()
    user: Mapped[PortalUser] = relationship(foreign_keys="Membership.user_id")
    addresses: Mapped[list[Address]] = relationship(
        secondary="membership_address",
        primaryjoin="Membership.id == MembershipAddress.membership_id",
        secondaryjoin="MembershipAddress.address_id == Address.id",
        viewonly=True,
        order_by="Address.name",
    )

    def __str__(self) -> str:
        return f"{self.user} · {self.company}"


class MembershipAddress(CompanyOwned, Base):
    """One address that a limited membership may see."""

    __tablename__ = "membership_address"
    __table_args__ = (
        ForeignKeyConstraint(
            ["company_id", "membership_id"],
            ["membership.company_id", "membership.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["company_id", "address_id"], ["address.company_id", "address.id"]),
    )

    membership_id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(primary_key=True)


class Portfolio(CompanyOwned, Timestamped, Base):
    """One company of one account manager's portfolio."""

    __tablename__ = "portfolio"
    __table_args__ = (
        UniqueConstraint("manager_id", "company_id"),
        Index("ix_portfolio_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    company: Mapped[Company] = relationship()
    manager: Mapped[PortalUser] = relationship(foreign_keys="Portfolio.manager_id")

    def __str__(self) -> str:
        return f"{self.manager} · {self.company}"

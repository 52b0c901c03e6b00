"""On whose behalf something happens: kept with every audit event."""

from dataclasses import dataclass

from app.domain.roles import Role


@dataclass(frozen=True)
class Actor:
    """A person at a keyboard, or the system itself when `user_id` is None.

    `name` is copied into each event, so that the trail stays readable after the person is gone.
    """

    user_id: int | None
    name: str
    role: Role | None = None
    ip: str | None = None
    request_id: str | None = None


SYSTEM = Actor(user_id=None, name="system")

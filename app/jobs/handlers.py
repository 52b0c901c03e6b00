"""What each task does: the one table of handlers."""

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.jobs import Task
from app.jobs.administrators import tell_administrators
from app.jobs.figures import bring_figures_up_to_date
from app.jobs.mail import send_mail
from app.jobs.password_reset import answer_request
from app.jobs.upkeep import end_invitations, purge_expired, record_expired_access
from app.jobs.work import Handler

HANDLERS: Mapping[Task, Handler] = MappingProxyType(
    {
        Task.SEND_MAIL: send_mail,
        Task.REQUEST_PASSWORD_RESET: answer_request,
        Task.TELL_ADMINISTRATORS: tell_administrators,
        Task.EXPIRE_ACCESS: record_expired_access,
        Task.EXPIRE_INVITATIONS: end_invitations,
        Task.PURGE_EXPIRED: purge_expired,
        Task.REFRESH_FIGURES: bring_figures_up_to_date,
    }
)

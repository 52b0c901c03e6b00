"""What each task does: the one table of handlers."""

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.jobs import Task
from app.jobs.administrators import tell_administrators
from app.jobs.exports import make_export
from app.jobs.figures import bring_figures_up_to_date
from app.jobs.import_repairs import repair_refused
from app.jobs.import_uploads import check_upload, import_upload
from app.jobs.mail import send_mail
from app.jobs.password_reset import answer_request
from app.jobs.upkeep import (
    end_invitations,
    purge_expired,
    record_expired_access,
    sweep_imports,
)
from app.jobs.work import Handler

HANDLERS: Mapping[Task, Handler] = MappingProxyType(
    {
        Task.SEND_MAIL: send_mail,
        Task.REQUEST_PASSWORD_RESET: answer_request,
        Task.TELL_ADMINISTRATORS: tell_administrators,
        Task.EXPIRE_ACCESS: record_expired_access,
        Task.EXPIRE_INVITATIONS: end_invitations,
        Task.MAKE_EXPORT: make_export,
        Task.PURGE_EXPIRED: purge_expired,
        Task.CHECK_IMPORT: check_upload,
        Task.RUN_IMPORT: import_upload,
        Task.REPAIR_IMPORT: repair_refused,
        Task.SWEEP_IMPORTS: sweep_imports,
        Task.REFRESH_FIGURES: bring_figures_up_to_date,
    }
)

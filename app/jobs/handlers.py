"""What each task does: the one table of handlers."""

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.jobs import Task
from app.jobs.work import Handler

HANDLERS: Mapping[Task, Handler] = MappingProxyType({})

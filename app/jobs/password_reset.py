"""Answering somebody who forgot their password: here it is looked up whose the address is, in nobody's sight."""

from uuid import UUID

from flask import current_app

from app.jobs.work import Work
from app.services.password_reset import answer_reset_request


def answer_request(work: Work) -> None:
    """Send the link that was asked for, where the address is somebody's."""
    with work.session() as session:
        answer_reset_request(
            session,
            UUID(work.arguments["link"]),
            secret_key=str(current_app.secret_key),
            request_id=work.arguments["request"],
        )
        session.commit()

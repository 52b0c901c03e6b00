"""The one way to do something outside: write down that we are about to, do it, write down how it went.

    class Sending(OutsideEffect[MailMessage, None]):
        def __init__(self, work: Work, mailer: Mailer) -> None: ...

        def prepare(self, session):            # committed before anybody outside is asked
            mail = find_mail(session, self.work.arguments["mail"])
            if mail.state in (SENT, FAILED):
                return None                     # nothing is left to do
            begun_before = mail.state is SENDING
            mail.state = SENDING
            return Begun(rendered(mail), begun_before=begun_before)

        def call(self, message):                # no transaction is open meanwhile
            self.mailer.send(message)

        def record(self, session, message, answer): ...            # SENT
        def record_failure(self, session, message, error): ...     # DEFERRED or FAILED

    def send_mail(work: Work) -> None:          # the handler
        run_effect(work, Sending(work, ports().mailer))

A worker may die at any line. Before the first commit nothing has happened; after the second everything is known. In
between, the row says "sending": the next attempt finds it so (`begun_before`), asks the other side for what became of
it (`ask`) and calls again only where the other side does not know. What cannot be asked is called again under the
same key of ours (a Message-ID, a reference): it happens at least once, and whoever reads the row can tell.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from app.domain.jobs import FailedForGood, Postponed
from app.jobs.work import Work

Facts = TypeVar("Facts")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Begun(Generic[Facts]):
    """All that the call needs, as plain values with our own key in them; never rows of the session.

    `begun_before` is true where an earlier attempt had come as far, and nobody knows how it ended.
    """

    facts: Facts
    begun_before: bool = False


class OutsideEffect(ABC, Generic[Facts, Answer]):
    """One kind of thing that is done outside. Its methods that get a session neither commit nor talk to the outside."""

    @abstractmethod
    def prepare(self, session: Session) -> Begun[Facts] | None:
        """Write that it is being done; None where nothing is to be done, any more or at all."""

    def ask(self, facts: Facts) -> Answer | None:
        """What the other side has done about it already; None where it knows nothing of it, or cannot be asked.

        Raises Postponed where it does not answer.
        """
        del facts
        return None

    @abstractmethod
    def call(self, facts: Facts) -> Answer:
        """Do it.

        Raises Postponed or FailedForGood only where it surely was not done. Anything else, a time-out after the
        last byte for one, leaves it "in between": the next attempt finds `begun_before`.
        """

    @abstractmethod
    def record(self, session: Session, facts: Facts, answer: Answer) -> None:
        """Write that it was done. It may have been written meanwhile, by a worker that was taken for dead."""

    @abstractmethod
    def record_failure(
        self, session: Session, facts: Facts, error: Postponed | FailedForGood
    ) -> None:
        """Write that it was not done, and whether it will be tried again."""


def run_effect(work: Work, effect: OutsideEffect[Facts, Answer]) -> None:
    """Do it, or finish what an earlier attempt began.

    Raises:
        LeaseLost: before the call; another worker does it.
        Postponed, FailedForGood: it was not done, which is written down.
    """
    with work.session() as session:
        begun = effect.prepare(session)
        session.commit()
        if begun is None:
            return
        # A whole lease lies ahead of the call: who slept until now does not do what somebody else has done.
        work.hold()
        answer = effect.ask(begun.facts) if begun.begun_before else None
        if answer is None:
            try:
                answer = effect.call(begun.facts)
            except (Postponed, FailedForGood) as error:
                effect.record_failure(session, begun.facts, error)
                session.commit()
                raise
        effect.record(session, begun.facts, answer)
        session.commit()

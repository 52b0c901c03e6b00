"""`python -m benchmarks.threads`: eight people at eight threads of one worker see nothing of each other.

Each filters by numbers of their own, opens the plain list, and changes a contact of their own, whose
name the message repeats. Every answer is looked through: documents, the filter in its field, messages.
"""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from app.domain.contacts import ContactTopic
from app.models import Address, Company, Contact, Invoice
from benchmarks.checking import check_status
from benchmarks.client import Client, UnexpectedAnswer
from benchmarks.contestants import sign_in_at_product
from benchmarks.database import Filled, filled
from benchmarks.findings import Finding
from benchmarks.forms import Forms
from benchmarks.publishing import command_line, publish
from benchmarks.serving import serve_product
from benchmarks.strangers import Watch

THREADS = 8
SAVED_EVERY = 5
MARTIN, PEETERS, DUBOIS = "Boulangerie Martin SRL", "Brouwerij Peeters BV", "Atelier Dubois SRL"
# Who, at which companies, at which address only (or ""), and whether they may change contacts.
PEOPLE: tuple[tuple[str, tuple[str, ...], str, bool], ...] = (
    ("claire@boulangerie-martin.example", (MARTIN,), "", True),
    ("bruno@boulangerie-martin.example", (MARTIN,), "", True),
    ("lea@boulangerie-martin.example", (MARTIN,), "Namur", False),
    ("vera@boulangerie-martin.example", (MARTIN,), "", False),
    ("pieter@brouwerij-peeters.example", (PEETERS,), "", True),
    ("ines@payroll.example", (DUBOIS,), "", True),
    ("marc@issuer.example", (MARTIN, DUBOIS), "", False),
    ("nora@issuer.example", (PEETERS,), "", False),
)
BACKOFFICE = "/backoffice/invoices/list/"


@dataclass(frozen=True, slots=True)
class Person:
    """`list` is the page they open, `filter` the field of its search, `contact` the page of theirs to change."""

    email: str
    numbers: tuple[str, ...]
    list: str
    filter: str
    contact: str = ""


def main() -> None:
    parser = command_line("threads", __doc__)
    parser.add_argument("--rounds", type=int, default=300, help="of each person")
    asked = parser.parse_args()
    with filled(2_000) as database:
        people = prepare(database)
        with (
            serve_product(database, application="benchmarks.hasty:app", threads=THREADS) as server,
            ThreadPoolExecutor(THREADS) as threads,
        ):
            watches = [Watch(place, set(one.numbers)) for place, one in enumerate(people)]
            clients = [_signed_in(server.port, one.email) for one in people]
            rounds = [asked.rounds] * len(people)
            list(threads.map(use, people, clients, watches, rounds))
    publish(found(watches), dry=asked.dry)


def use(person: Person, client: Client, watch: Watch, rounds: int) -> None:
    """What one person does, and what they find."""
    luck = random.Random(watch.place)
    saved = 0
    for nth in range(rounds):
        number = luck.choice(person.numbers)
        joint = "&" if "?" in person.list else "?"
        path = f"{person.list}{joint}{person.filter}={number}"
        page = _page(client, path)
        if number not in page:
            raise UnexpectedAnswer(f"{path}: {number} is missing")
        watch.look(page, filter_name=person.filter, filter_text=number)
        watch.look(_page(client, person.list), filter_name=person.filter)
        if person.contact and nth % SAVED_EVERY == 0:
            _save(client, person.contact, watch, saved)
            saved += 1
    watch.expect(saved)


def prepare(database: Filled) -> list[Person]:
    """The people with the documents they may see; those who may get a contact of their own to change."""
    engine = create_engine(database.reading_url)
    with Session(engine) as session:
        people = [_person(session, *one) for one in PEOPLE]
        session.commit()
    engine.dispose()
    return people


def found(watches: Sequence[Watch]) -> Finding:
    counts = {
        "pages": sum(one.looked_at for one in watches),
        "rows": sum(one.rows for one in watches),
        "filters": sum(one.filters for one in watches),
        "flashes": sum(one.messages for one in watches),
    }
    foreign = counts["rows"] + counts["filters"] + counts["flashes"]
    return Finding(
        name="threads",
        title="Eight people at eight threads",
        about=f"{len(watches)} people of three companies and the back-office at one worker with {THREADS} threads that "
        "take turns every ten microseconds. Every page is looked through for documents of others, for the filter of "
        "somebody else, and for messages that were not meant for its reader or came twice.",
        numbers={name: float(count) for name, count in counts.items()} | {"foreign": foreign},
        columns=("pages", "foreign rows", "foreign filters", "foreign or lost messages"),
        rows=[[f"{count:,}" for count in counts.values()]],
    )


def _person(
    session: Session, email: str, companies: tuple[str, ...], address: str, may_edit: bool
) -> Person:
    where = [Company.name.in_(companies)] + ([Address.name == address] if address else [])
    rows = (
        select(Invoice.number)
        .join(Company, Company.id == Invoice.company_id)
        .join(Address, Address.id == Invoice.address_id)
        .where(*where)
    )
    numbers = tuple(sorted(session.scalars(rows)))
    if email.endswith("@issuer.example"):
        return Person(email, numbers, BACKOFFICE, "_flt_0_number")
    company = session.scalars(select(Company).where(Company.name == companies[0])).one()
    base = f"/c/{company.public_id}"
    contact = ""
    if may_edit:
        values = {"company_id": company.id, "name": "Essai", "email": "essai@example.test"}
        made = insert(Contact).values(**values, topic=ContactTopic.GENERAL)
        public_id = session.scalars(made.returning(Contact.public_id)).one()
        contact = f"{base}/company/contacts/{public_id}/edit"
    return Person(email, numbers, f"{base}/invoices", "q", contact)


def _signed_in(port: int, email: str) -> Client:
    client = Client(port)
    sign_in_at_product(client, email)
    return client


def _save(client: Client, path: str, watch: Watch, number: int) -> None:
    form = Forms(_page(client, path)).having("version") | {"name": watch.mark(number)}
    answer = client.post(path, form)
    if answer.status != 303:
        raise UnexpectedAnswer(f"{path}: {answer.status}")
    watch.look(_page(client, path.partition("/contacts/")[0] + "/contacts"))


def _page(client: Client, path: str) -> str:
    answer = client.get(path)
    check_status(path, answer)
    return answer.text


if __name__ == "__main__":
    main()

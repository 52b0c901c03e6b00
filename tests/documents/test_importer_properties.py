"""Whatever comes in is read or refused, in bounded time, without an exception of any other kind."""

import time
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings

from app.documents import ubl_writer
from app.documents.archives import SourceFile
from app.domain.errors import DomainError
from app.services.imports.amounts import amounts_of
from app.services.imports.buyers import keys_of
from app.services.imports.sellers import seller_key
from app.services.imports.values import hashed, read_source
from tests.documents.mutations import BOMB, GOOD, mutated

LONGEST = timedelta(seconds=2)


@settings(
    max_examples=150,
    deadline=LONGEST,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(mutated())
@example(BOMB + b"<a>&a9;</a>")
@example(b"<a>" * 100_000)
@example(b"<a" + b" b" * 400_000 + b"/>")
@example(b"<Invoice xmlns='" + b"x" * 5_000_000 + b"'/>")
def test_every_document_is_read_or_refused(data):
    incoming = _read(data)

    assert (incoming.document is None) is not (incoming.refusal is None)
    if incoming.document is not None:
        _plan(incoming)


def test_what_the_mutations_begin_with_is_good():
    for data in GOOD:
        assert _read(data).refusal is None


def test_a_thousand_levels_are_refused_at_once():
    began = time.monotonic()
    refused = _read(GOOD[0].replace(b"<cbc:ID>", b"<cbc:ID>" + b"<a>" * 1000, 1))

    assert refused.refusal is not None
    assert time.monotonic() - began < LONGEST.total_seconds()


def _read(data):
    source = SourceFile("a.xml", data)
    return read_source(source, hashed(source))


def _plan(incoming):
    """What the import asks of a document before the database does."""
    einvoice = incoming.document.einvoice
    assert keys_of(einvoice.buyer) is not None
    assert len(seller_key(einvoice.seller)) <= 200
    assert type(einvoice).from_json(einvoice.to_json()) == einvoice
    try:
        amounts_of(einvoice)
    except DomainError:
        return
    assert ubl_writer.write(einvoice)

"""What is held for a while: whole, in parts, discarded by name and by age."""

import os
import tracemalloc
from datetime import timedelta

import pytest

from app.domain.clock import now
from app.domain.ports import BlobMissing
from app.integrations.storage import ObjectHoldingArea, holding_area_from_url, store_from_url


@pytest.fixture(params=["file", "memory"])
def area(request, tmp_path) -> ObjectHoldingArea:
    return holding_area_from_url(
        f"file://{tmp_path}/blobs" if request.param == "file" else "memory://"
    )


def test_what_is_held_is_read_as_a_whole_and_in_parts(area):
    name = area.hold([b"one", b"two", b"three"], folder="uploads")

    assert b"".join(area.open(name)) == b"onetwothree"
    assert area.read(name, start=3, size=3) == b"two"
    assert area.read(name, start=3, size=0) == b""


def test_the_same_bytes_twice_are_two(area):
    first, second = (area.hold([b"same"], folder="uploads") for _ in range(2))
    area.discard(first)

    assert first != second
    assert area.read(second, start=0, size=4) == b"same"


def test_what_was_discarded_is_missing_and_may_be_discarded_again(area):
    name = area.hold([b"one"], folder="uploads")
    area.discard(name)
    area.discard(name)

    with pytest.raises(BlobMissing):
        area.open(name)
    with pytest.raises(BlobMissing):
        area.read(name, start=0, size=3)


def test_more_than_there_is_is_missing(area):
    name = area.hold([b"one"], folder="uploads")

    with pytest.raises(BlobMissing):
        area.read(name, start=1, size=3)


@pytest.mark.parametrize("name", ["", "uploads/../../secret", "/etc/passwd", "uploads/xyz"])
def test_a_name_that_was_never_given_is_missing(area, name):
    with pytest.raises(BlobMissing):
        area.open(name)


def test_what_is_old_is_discarded_and_the_rest_stays(area):
    old = area.hold([b"old"], folder="refused")
    later = now() + timedelta(minutes=1)

    assert area.discard_before(now() - timedelta(days=1), folder="refused") == 0
    assert area.discard_before(later, folder="uploads") == 0
    assert b"".join(area.open(old)) == b"old"
    assert area.discard_before(later, folder="refused") == 1
    with pytest.raises(BlobMissing):
        area.open(old)


def test_it_lies_beside_the_documents_and_never_among_them(tmp_path):
    url = f"file://{tmp_path}/blobs"
    area, blobs = holding_area_from_url(url), store_from_url(url)
    kept = blobs.put(b"for good", media_type="text/plain")
    area.hold([b"for good"], folder="uploads")
    area.discard_before(now() + timedelta(minutes=1), folder="uploads")

    assert blobs.read(kept) == b"for good"


def test_a_large_one_passes_through_little_memory(tmp_path):
    area = holding_area_from_url(f"file://{tmp_path}/blobs")
    piece = os.urandom(1024 * 1024)
    tracemalloc.start()
    try:
        name = area.hold((piece for _ in range(64)), folder="uploads")
        size = sum(len(one) for one in area.open(name))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert size == 64 * 1024 * 1024
    assert peak < 40 * 1024 * 1024

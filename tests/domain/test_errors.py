"""What every error of the product can do."""

import pickle

from app.domain.ports import BlobMissing


def test_an_error_says_its_code_and_facts_and_no_sentence():
    error = BlobMissing(sha256="ab")

    assert (error.code, error.params, str(error)) == (
        "blob_missing",
        {"sha256": "ab"},
        "blob_missing (sha256='ab')",
    )
    assert str(BlobMissing()) == "blob_missing"


def test_an_error_crosses_to_another_process():
    copy = pickle.loads(pickle.dumps(BlobMissing(sha256="ab")))  # noqa: S301 - our own bytes

    assert (type(copy), copy.params) == (BlobMissing, {"sha256": "ab"})

"""Values that the database holds sealed: AES-GCM, bound to the place that they stand in."""

import base64
import binascii
import secrets
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.ports import SealBroken
from settings.keys import DataKey

NONCE_BYTES = 12
"""Random, as long as AES-GCM asks for: two equal ones under a key need billions of values (NIST SP 800-38D, 8.3)."""


class AesGcmVault:
    """The first key seals, all of them open.

    A sealed value is `<key's name>.<base64 of nonce, ciphertext and tag>`. Its place is authenticated
    with it: a value that was copied into another row or column does not open.
    """

    def __init__(self, keys: Sequence[DataKey]) -> None:
        self._sealing = keys[0].name
        self._ciphers: Mapping[str, AESGCM] = {one.name: AESGCM(one.key) for one in keys}

    def seal(self, text: str, *, place: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._sealing].encrypt(nonce, text.encode(), place.encode())
        return f"{self._sealing}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, place: str) -> str:
        name, _, body = sealed.partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SealBroken(reason="key_unknown", place=place)
        try:
            data = base64.b64decode(body, altchars=b"-_", validate=True)
            opened = cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], place.encode())
        except (binascii.Error, ValueError, InvalidTag):
            raise SealBroken(reason="not_sealed_here", place=place) from None
        return opened.decode()

    def is_sealed_by_first(self, sealed: str) -> bool:
        return sealed.partition(".")[0] == self._sealing

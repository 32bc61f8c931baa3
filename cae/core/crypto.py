"""Personal identifiers at rest: AES-256-GCM, bound to their cooperative and their field.

A ciphertext is `key id : base64(nonce + sealed)`. Copied to another tenant or another field
it is refused. The first key of CAE_FIELD_KEYS encrypts, the others still decrypt:
`manage.py rotate_field_keys` rewrites what the old ones sealed.
"""

from __future__ import annotations

import base64
import os
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from cae.core.tenancy import current_tenant_id

_NONCE = 12

#: The tenant of what belongs to no cooperative: the secrets of a login.
PLATFORM = 0


@cache
def _keys() -> dict[str, bytes]:
    """Return the keys in order, the current one first."""
    keys = {}
    for entry in settings.CAE_FIELD_KEYS:
        name, _, encoded = entry.partition(":")
        key = base64.b64decode(encoded)
        if len(key) != 32:
            raise ImproperlyConfigured(f"Field key {name!r} is not 32 bytes long.")
        keys[name] = key
    if not keys:
        raise ImproperlyConfigured("CAE_FIELD_KEYS is empty: identifiers cannot be kept.")
    return keys


def current_key_id() -> str:
    return next(iter(_keys()))


def key_ids() -> list[str]:
    """Return the names of the keys given, the one that seals first."""
    return list(_keys())


def key_id_of(token: str) -> str:
    """Return the name of the key that sealed `token`, given or not."""
    return token.partition(":")[0]


def encrypt(text: str, *, place: str, tenant_id: int | None = None) -> str:
    """Seal `text` for `place` (model.field) of the current cooperative, or of the one given."""
    name = current_key_id()
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_keys()[name]).encrypt(nonce, text.encode(), _bound_to(place, tenant_id))
    return f"{name}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(token: str, *, place: str, tenant_id: int | None = None) -> str:
    """Open what `encrypt` sealed.

    :raises cryptography.exceptions.InvalidTag: altered, or sealed for another place.
    """
    name, _, encoded = token.partition(":")
    raw = base64.b64decode(encoded)
    bound = _bound_to(place, tenant_id)
    return AESGCM(_keys()[name]).decrypt(raw[:_NONCE], raw[_NONCE:], bound).decode()


def _bound_to(place: str, tenant_id: int | None) -> bytes:
    return f"{current_tenant_id() if tenant_id is None else tenant_id}|{place}".encode()


class EncryptedTextField(models.TextField):
    """A text sealed in its column; readable only inside its cooperative. Not searchable."""

    @property
    def place(self) -> str:
        """What each value is bound to, beside its cooperative."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value in (None, "") else encrypt(value, place=self.place)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value in (None, "") else decrypt(value, place=self.place)

    def get_lookup(self, lookup_name: str) -> Any:
        # Each sealing differs: comparing ciphertexts would silently find nothing.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

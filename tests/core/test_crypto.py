"""Identifiers at rest: unreadable elsewhere than where they were sealed."""

import pytest
from cryptography.exceptions import InvalidTag

from cae.core import crypto
from cae.core.tenancy import tenant

IBAN = "FR7630006000011234567890189"


@pytest.fixture
def two_keys(settings):
    settings.CAE_FIELD_KEYS = [
        "k2:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
        "k1:" + "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=",
    ]
    crypto._keys.cache_clear()
    yield settings
    crypto._keys.cache_clear()


def test_what_is_sealed_opens_in_its_place(inside):
    sealed = crypto.encrypt(IBAN, place="a.b")

    assert IBAN not in sealed
    assert crypto.decrypt(sealed, place="a.b") == IBAN
    assert crypto.encrypt(IBAN, place="a.b") != sealed


def test_a_ciphertext_moved_to_another_field_or_cooperative_is_refused(cooperatives):
    first, second = cooperatives
    with tenant(first):
        sealed = crypto.encrypt(IBAN, place="a.b")
        with pytest.raises(InvalidTag):
            crypto.decrypt(sealed, place="a.c")
    with tenant(second), pytest.raises(InvalidTag):
        crypto.decrypt(sealed, place="a.b")


def test_an_older_key_still_opens_and_the_first_one_seals(two_keys, inside):
    two_keys.CAE_FIELD_KEYS.reverse()
    crypto._keys.cache_clear()
    old = crypto.encrypt(IBAN, place="a.b")
    two_keys.CAE_FIELD_KEYS.reverse()
    crypto._keys.cache_clear()

    assert old.startswith("k1:")
    assert crypto.decrypt(old, place="a.b") == IBAN
    assert crypto.encrypt(IBAN, place="a.b").startswith("k2:")

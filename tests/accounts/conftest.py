import itertools

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from tests.accounts.makers import make_login

_visitors = itertools.count(1)


class CheapArgon2(Argon2PasswordHasher):
    """The same algorithm with little memory: these tests hash some hundred times."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1


@pytest.fixture(autouse=True)
def cheap_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CheapArgon2"]


@pytest.fixture
def visitor() -> Client:
    """A browser at an address of its own: the limits of one test are not another's."""
    number = next(_visitors)
    return Client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250 + 1}")


@pytest.fixture(autouse=True)
def no_limit_left_from_before() -> None:
    """Limits live in the cache, which the end of a test does not roll back."""
    from django.core.cache import cache

    found = cache._cache.get_client().keys("*allauth:rl:*")
    if found:
        cache._cache.get_client().delete(*found)


@pytest.fixture
def adviser(cooperative):
    return make_login(cooperative, "adviser", "helene.morvan@ateliers.example")


@pytest.fixture
def entrepreneur(cooperative):
    return make_login(cooperative, "entrepreneur", "camille.fournier@ateliers.example")

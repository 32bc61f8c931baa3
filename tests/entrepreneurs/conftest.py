import pytest

from tests.entrepreneurs.makers import make_person
from tests.makers import make_membership


@pytest.fixture
def officer(cooperative):
    """Keeps the records: an adviser."""
    return make_membership(cooperative, "adviser")


@pytest.fixture
def person(inside):
    return make_person()

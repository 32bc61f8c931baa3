import pytest

from tests.makers import make_membership
from tests.payroll.makers import make_payee, open_books


@pytest.fixture
def books(inside, cooperative):
    open_books(cooperative)


@pytest.fixture
def officer(cooperative):
    return make_membership(cooperative, "payroll_officer")


@pytest.fixture
def camille(books):
    """Somebody with 4 000 EUR on their activity, and a fixed part of 150 EUR."""
    return make_payee()

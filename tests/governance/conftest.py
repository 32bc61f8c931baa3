import pytest

from tests.governance.makers import open_books
from tests.makers import make_membership


@pytest.fixture
def books(inside):
    open_books()


@pytest.fixture
def manager(cooperative):
    return make_membership(cooperative, "co_manager")

from tests.governance.makers import open_books
from tests.makers import make_membership
from tests.plugins.planted import planted


@planted
def books(inside):
    open_books()


@planted
def manager(cooperative):
    return make_membership(cooperative, "co_manager")

from tests.makers import make_membership
from tests.payroll.makers import make_payee, open_books
from tests.plugins.planted import planted


@planted
def books(inside, cooperative):
    open_books(cooperative)


@planted
def officer(cooperative):
    return make_membership(cooperative, "payroll_officer")


@planted
def camille(books):
    """Somebody with 4 000 EUR on their activity, and a fixed part of 150 EUR."""
    return make_payee()

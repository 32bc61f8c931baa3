from tests.entrepreneurs.makers import make_person
from tests.makers import make_membership
from tests.plugins.planted import planted


@planted
def officer(cooperative):
    """Keeps the records: an adviser."""
    return make_membership(cooperative, "adviser")


@planted
def person(inside):
    return make_person()

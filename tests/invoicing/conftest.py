from cae.core.tenancy import tenant
from tests.invoicing.directories import directory
from tests.invoicing.makers import Shop, make_shop
from tests.plugins.planted import planted

__all__ = ["directory"]


@planted
def shop(cooperative, other_cooperative, inside) -> Shop:
    """A seller of the first cooperative; the second has one too, of which nothing may show."""
    with tenant(other_cooperative):
        stranger = make_shop(
            other_cooperative, first_name="Zoé", last_name="Autre", name="Ailleurs"
        )
        stranger.invoice()
    return make_shop(cooperative)


@planted
def seller(shop):
    return shop.seller


@planted
def staff(shop):
    return shop.accountant

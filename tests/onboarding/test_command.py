"""`manage.py open_cooperative`: the same action, and one clear line when it cannot."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounting.models import ContributionRule
from cae.core.models import Cooperative
from cae.core.tenancy import tenant

pytestmark = pytest.mark.django_db

GIVEN = {
    "name": "Les Ateliers Réunis",
    "siren": "732829320",
    "siret": "73282932000074",
    "street": "12 allée du Chêne",
    "postcode": "35000",
    "town": "Rennes",
    "admin_email": "agnes@example.org",
    "admin_first_name": "Agnès",
    "admin_last_name": "Le Bihan",
}


def opened(**changes) -> str:
    out = StringIO()
    call_command("open_cooperative", **{**GIVEN, **changes}, stdout=out)
    return out.getvalue()


def test_it_opens_and_says_where():
    said = opened(bracket=["0:11", "40000:10", "80000:9"], floor="1 200", fixed_fee="30")

    assert "/c/les-ateliers-reunis/" in said
    with tenant(Cooperative.objects.get()):
        rule = ContributionRule.objects.get()
    assert (rule.thresholds, rule.rates, rule.floor, rule.fixed_fee) == (
        [Decimal(0), Decimal(40000), Decimal(80000)],
        [Decimal("0.11"), Decimal("0.10"), Decimal("0.09")],
        Decimal(1200),
        Decimal(30),
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"siren": "732829321"}, "SIREN"),
        ({"capital": "beaucoup"}, "--capital"),
        ({"bracket": ["10"]}, "SEUIL:TAUX"),
        ({"bracket": ["0:110"]}, "entre 0 et 100"),
        ({"bracket": ["100:10"]}, "commencent à 0"),
        ({"floor": "-1"}, "négatif"),
    ],
)
def test_a_wrong_argument_gets_one_french_line(changes, said):
    with pytest.raises(CommandError) as refused:
        opened(**changes)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not Cooperative.objects.exists()


def test_the_second_time_says_the_address_is_taken():
    opened()

    with pytest.raises(CommandError, match="déjà prise"):
        opened()

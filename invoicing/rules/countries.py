"""The countries offered in an address: France, its neighbours in the Union, then others."""

#: ISO 3166-1 alpha-2.
COUNTRIES = (
    ("FR", "France"), ("DE", "Allemagne"), ("AT", "Autriche"), ("BE", "Belgique"),
    ("BG", "Bulgarie"), ("CY", "Chypre"), ("HR", "Croatie"), ("DK", "Danemark"),
    ("ES", "Espagne"), ("EE", "Estonie"), ("FI", "Finlande"), ("GR", "Grèce"),
    ("HU", "Hongrie"), ("IE", "Irlande"), ("IT", "Italie"), ("LV", "Lettonie"),
    ("LT", "Lituanie"), ("LU", "Luxembourg"), ("MT", "Malte"), ("NL", "Pays-Bas"),
    ("PL", "Pologne"), ("PT", "Portugal"), ("CZ", "République tchèque"), ("RO", "Roumanie"),
    ("SK", "Slovaquie"), ("SI", "Slovénie"), ("SE", "Suède"), ("GB", "Royaume-Uni"),
    ("CH", "Suisse"), ("MC", "Monaco"), ("NO", "Norvège"), ("IS", "Islande"),
    ("US", "États-Unis"), ("CA", "Canada"), ("MA", "Maroc"), ("TN", "Tunisie"),
    ("SN", "Sénégal"), ("CI", "Côte d’Ivoire"), ("JP", "Japon"), ("AU", "Australie"),
)  # fmt: skip

_NAMES = dict(COUNTRIES)


#: Whose VAT is that of the Union: its members, and Monaco, which is France for it.
_UNION = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MC", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip


def is_in_union(code: str) -> bool:
    """Tell whether a country is of the European Union, as VAT counts it."""
    return code in _UNION


def is_country(code: str) -> bool:
    """Tell whether it is the code of a country we have a word for."""
    return code in _NAMES


def country_name(code: str) -> str:
    """Return `Belgique` for `BE`; the code itself where we have no word for it."""
    return _NAMES.get(code, code)

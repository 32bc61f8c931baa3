"""The VAT rates an invoice may carry, and the cases where it carries none."""

from dataclasses import dataclass
from decimal import Decimal

from invoicing.enums import VatCategory

#: The closed list of France, as fractions. Source: AFNOR V1.4.0, BR-FR-16.
LEGAL_RATES = tuple(
    map(
        Decimal,
        (
            "0", "0.009", "0.0105", "0.0175", "0.021", "0.055", "0.07", "0.085",
            "0.092", "0.096", "0.1", "0.13", "0.196", "0.2", "0.206",
        ),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VatCase:
    """A choice offered on a line. `vatex` and `mention` are those of an exemption."""

    code: str
    label: str
    rate: Decimal = Decimal(0)
    category: VatCategory = VatCategory.STANDARD
    vatex: str = ""
    mention: str = ""


#: What a new cooperative starts with. Sources: CGI art. 278 to 281 nonies for the rates;
#: CGI ann. II art. 242 nonies A, I, 12° and 13° for the mentions; codes of the CEF VATEX list.
OFFERED = (
    VatCase(code="20", label="20\u00a0%", rate=Decimal("0.2")),
    VatCase(code="10", label="10\u00a0%", rate=Decimal("0.1")),
    VatCase(code="5-5", label="5,5\u00a0%", rate=Decimal("0.055")),
    VatCase(code="2-1", label="2,1\u00a0%", rate=Decimal("0.021")),
    VatCase(
        code="training",
        label="Exonéré\u00a0: formation",
        category=VatCategory.EXEMPT,
        vatex="VATEX-EU-132",
        mention="Exonération de TVA, article 261-4-4° du CGI",
    ),
    VatCase(
        code="reverse-charge-building",
        label="Autoliquidation\u00a0: sous-traitance du bâtiment",
        category=VatCategory.REVERSE_CHARGE,
        vatex="VATEX-EU-AE",
        mention="Autoliquidation, article 283-2 nonies du CGI",
    ),
    VatCase(
        code="reverse-charge-eu",
        label="Autoliquidation\u00a0: services à un assujetti de l’UE",
        category=VatCategory.REVERSE_CHARGE,
        vatex="VATEX-EU-AE",
        mention="Autoliquidation, article 283-2 du CGI",
    ),
    VatCase(
        code="intra-eu",
        label="Exonéré\u00a0: livraison intracommunautaire",
        category=VatCategory.INTRA_EU,
        vatex="VATEX-EU-IC",
        mention="Exonération de TVA, article 262 ter I du CGI",
    ),
    VatCase(
        code="export",
        label="Exonéré\u00a0: exportation",
        category=VatCategory.EXPORT,
        vatex="VATEX-EU-G",
        mention="Exonération de TVA, article 262 I du CGI",
    ),
    # Its place is where the customer is: France asks for nothing (CGI art. 259, 1°).
    VatCase(
        code="outside-eu",
        label="Hors champ\u00a0: services à un assujetti hors de l’UE",
        category=VatCategory.OUT_OF_SCOPE,
        vatex="VATEX-EU-O",
        mention="TVA non applicable, article 259-1° du CGI",
    ),
)

"""The cooperatives of the demonstration: who they are, and who lives there."""

from cae.demo.companies.ateliers import ATELIERS
from cae.demo.companies.bocage import BOCAGE

__all__ = ["ATELIERS", "BOCAGE"]

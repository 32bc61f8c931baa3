"""Les Ateliers Réunis: the cooperative, its people, what they sell."""

from cae.demo.companies.ateliers.company import ATELIERS

__all__ = ["ATELIERS"]

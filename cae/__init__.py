"""Alvéole, the software of coopératives d’activités et d’emploi."""

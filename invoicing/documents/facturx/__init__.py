"""Factur-X: the machine's face of an invoice, and what judges it (docs/facturx.md)."""

"""The program that judges a Factur-X: alone in its process, and told nothing else.

It imports nothing of the product. `python -m invoicing.documents.facturx.judge` is started and
spoken to by `invoicing.documents.facturx.verdicts` (docs/facturx.md says why).
"""

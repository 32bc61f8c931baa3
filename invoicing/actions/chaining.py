"""Each document and each payment is sealed to the one before it, in the whole cooperative."""

from __future__ import annotations

from cae.core.numbering import next_number
from invoicing.models import Invoice, Payment


def next_link(model: type[Invoice] | type[Payment], *, chain: str) -> tuple[int, str]:
    """Return the next rank of a chain and the fingerprint before it, empty for the first.

    The counter is held until commit: the ranks go up in the order of what is written.

    Source: CGI art. 286, I, 3° bis.
    """
    rank = next_number(chain, year=0)
    previous = (
        model._default_manager.filter(chain_rank=rank - 1)
        .values_list("fingerprint", flat=True)
        .first()
    )
    assert (previous is None) == (rank == 1), f"the {chain} is broken"
    return rank, previous or ""

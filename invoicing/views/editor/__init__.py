"""The editor of quotes and invoices: one page, the client inline, totals and preview alive.

The same address answers the page, its live fragments, and the saving. Nothing is computed in
the browser. `typed` reads what is posted, `initial` says what an untouched page shows, `preview`
draws the document it would make, `page` answers and writes.
"""

from invoicing.views.editor.page import Editor

__all__ = ["Editor"]

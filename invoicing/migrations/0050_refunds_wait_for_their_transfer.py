"""Sheets approved before transfers were made here wait for theirs, as those approved since."""

from django.db import migrations

AWAIT = """
    INSERT INTO accounting_transfer (
        tenant_id, kind, debt, state, payee, piece, amount, wording, owed_since, account_id,
        analytic_id, posting_key, label, holder, bic, street, building, postcode, town, country,
        created_at
    )
    SELECT s.tenant_id, 'expenses', 'sheet:' || s.id, 'waiting', s.person_name, s.number, s.gross,
           'Note de dépenses ' || s.number, s.approved_on, l.account_id, l.analytic_id,
           'sheet:' || s.id || ':refunded',
           left('Remboursement ' || s.number || ' ' || s.person_name, 160),
           '', '', '', '', '', '', '', now()
      FROM invoicing_expensesheet s
      JOIN accounting_entry e
        ON e.tenant_id = s.tenant_id AND e.posting_key = 'sheet:' || s.id || ':approved'
      JOIN accounting_entryline l
        ON l.tenant_id = e.tenant_id AND l.entry_id = e.id AND l.credit = s.gross
      JOIN accounting_account a
        ON a.tenant_id = l.tenant_id AND a.id = l.account_id AND a.number LIKE '425%'
     WHERE s.status = 'approved'
     ORDER BY s.approved_on, s.id
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounting", "0008_transfers"),
        ("invoicing", "0049_own_rates"),
    ]

    operations = [migrations.RunSQL(AWAIT, migrations.RunSQL.noop)]

"""What PostgreSQL itself refuses or keeps up to date, whoever asks."""

from __future__ import annotations

import pgtrigger


def only_while_draft(
    parent: str, key: str, *, states: tuple[str, ...] = ("draft",)
) -> pgtrigger.Trigger:
    """Refuse any change to the rows of a document that is no longer a draft.

    :param parent: table of the document; `key` is the column that names it.
    :param states: those of the document in which its rows may change.
    """
    is_over = " AND ".join(f"p.status <> '{state}'" for state in states)
    return pgtrigger.Trigger(
        name="only_while_draft",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT FROM {parent} p
                 WHERE p.tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)
                   AND p.id IN (NEW.{key}, OLD.{key}) AND {is_over}
            ) THEN
                RAISE EXCEPTION '% of {parent} % is frozen', TG_TABLE_NAME,
                    COALESCE(OLD.{key}, NEW.{key}) USING ERRCODE = 'check_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        """,
    )


#: The lines of a quote: its client may choose options while it waits for them, nothing else.
LINES_OF_QUOTE = pgtrigger.Trigger(
    name="only_while_draft",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF EXISTS (
            SELECT FROM invoicing_quote q
             WHERE q.tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)
               AND q.id IN (NEW.quote_id, OLD.quote_id)
               AND (q.status <> 'draft' OR q.review <> '')
               AND NOT (
                   TG_OP = 'UPDATE' AND q.status = 'sent'
                   AND to_jsonb(NEW) - 'is_chosen' = to_jsonb(OLD) - 'is_chosen'
               )
        ) THEN
            RAISE EXCEPTION 'a line of quote % is frozen', COALESCE(OLD.quote_id, NEW.quote_id)
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    """,
)

#: What the staff read is what leaves: a draft under review is taken back before it changes.
FROZEN_WHILE_REVIEWED = pgtrigger.Trigger(
    name="frozen_while_reviewed",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    condition=pgtrigger.Q(old__review__in=["submitted", "validated"]),
    func="""
        IF TG_OP = 'UPDATE' AND (NEW.customer_id, NEW.subject, NEW.net, NEW.vat, NEW.gross,
            NEW.discount, NEW.entry, NEW.deposit_rate, NEW.retention_rate,
            NEW.payment_days, NEW.notes, NEW.mentions)
            IS NOT DISTINCT FROM (OLD.customer_id, OLD.subject, OLD.net, OLD.vat, OLD.gross,
            OLD.discount, OLD.entry, OLD.deposit_rate,
            OLD.retention_rate, OLD.payment_days, OLD.notes, OLD.mentions)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'quote % is being reviewed', OLD.id USING ERRCODE = 'check_violation';
    """,
)

#: The rate of contribution of a document is the cooperative's to say, never its seller's.
RATED_BY_THE_COOPERATIVE = pgtrigger.Trigger(
    name="rated_by_the_cooperative",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        IF current_user = 'cae_entrepreneur' AND (
            TG_OP = 'INSERT' AND NEW.own_rate IS NOT NULL
            OR TG_OP = 'UPDATE' AND (NEW.own_rate, NEW.own_rate_reason)
                IS DISTINCT FROM (OLD.own_rate, OLD.own_rate_reason)
        ) THEN
            RAISE EXCEPTION 'the rate of a document is said by the cooperative'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_own_rate_staff';
        END IF;
        RETURN NEW;
    """,
)

#: What was sent, or is read over, keeps what it shows of its schedule.
SCHEDULE_SHOWN_AS_SENT = pgtrigger.Trigger(
    name="schedule_shown_as_sent",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("schedule_shown"),
    condition=pgtrigger.Q(old__schedule_shown__df=pgtrigger.F("new__schedule_shown")),
    func="""
        IF OLD.status <> 'draft' OR OLD.review <> '' THEN
            RAISE EXCEPTION 'quote % is no draft', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_quote_schedule_frozen';
        END IF;
        RETURN NEW;
    """,
)

_ADDS_UP = """
        SELECT COALESCE(sum(net), 0) INTO lines_net FROM invoicing_quoteline
         WHERE tenant_id = NEW.tenant_id AND quote_id = NEW.id AND (is_chosen OR NOT is_optional);
        IF lines_net - NEW.discount <> NEW.net THEN
            RAISE EXCEPTION 'quote % does not add up', NEW.id USING ERRCODE = 'check_violation';
        END IF;
"""

#: What a client may read is kept as a version, to the word, before the quote is sent.
SENT_WITH_ITS_VERSION = pgtrigger.Trigger(
    name="sent_with_its_version",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__status="sent"),
    declare=[("lines_net", "numeric")],
    func=f"""
        {_ADDS_UP}
        IF NOT EXISTS (
            SELECT FROM invoicing_quoteversion
             WHERE tenant_id = NEW.tenant_id AND quote_id = NEW.id AND version = NEW.version
               AND snapshot = NEW.snapshot
        ) THEN
            RAISE EXCEPTION 'quote % is sent without its version %', NEW.id, NEW.version
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

#: Nobody agrees without a trace of how: the evidence is written first.
AGREED_WITH_EVIDENCE = pgtrigger.Trigger(
    name="agreed_with_evidence",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__status="accepted"),
    declare=[("lines_net", "numeric")],
    func=f"""
        {_ADDS_UP}
        IF NOT EXISTS (
            SELECT FROM invoicing_quoteevidence
             WHERE tenant_id = NEW.tenant_id AND quote_id = NEW.id AND version = NEW.version
        ) THEN
            RAISE EXCEPTION 'quote % is accepted without evidence', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

#: At the very moment an invoice is issued: it adds up, and it does not go back in time.
ISSUED_RIGHT = pgtrigger.Trigger(
    name="issued_right",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__status="issued"),
    declare=[
        ("lines_net", "numeric"),
        ("rows_net", "numeric"),
        ("rows_tax", "numeric"),
        ("rows_discount", "numeric"),
        ("off_net", "numeric"),
        ("off_gross", "numeric"),
    ],
    func="""
        SELECT sum(net) INTO lines_net FROM invoicing_invoiceline
         WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.id;
        SELECT sum(basis), sum(tax), sum(discount) INTO rows_net, rows_tax, rows_discount
          FROM invoicing_invoicevat WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.id;
        IF lines_net - NEW.discount IS DISTINCT FROM NEW.net OR rows_net IS DISTINCT FROM NEW.net
           OR rows_tax IS DISTINCT FROM NEW.vat OR rows_discount IS DISTINCT FROM NEW.discount THEN
            RAISE EXCEPTION 'invoice % does not add up', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        SELECT coalesce(sum(net), 0), coalesce(sum(gross), 0) INTO off_net, off_gross
          FROM invoicing_deduction WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.id;
        IF off_net <> NEW.prepaid_net OR off_gross <> NEW.prepaid OR EXISTS (
            SELECT FROM invoicing_deduction d
              JOIN invoicing_invoice i ON i.tenant_id = d.tenant_id AND i.id = d.deposit_id
             WHERE d.tenant_id = NEW.tenant_id AND d.invoice_id = NEW.id
               AND (i.status <> 'issued' OR i.kind <> 'deposit'
                    OR i.customer_id <> NEW.customer_id)
        ) OR EXISTS (
            SELECT FROM invoicing_deduction d
              JOIN invoicing_settlement s
                ON s.tenant_id = d.tenant_id AND s.invoice_id = d.deposit_id
             WHERE d.tenant_id = NEW.tenant_id AND d.invoice_id = NEW.id
               AND (s.remaining > 0 OR s.gross - s.credited <> d.gross)
        ) OR EXISTS (
            SELECT FROM invoicing_deduction mine
              JOIN invoicing_deduction theirs ON theirs.tenant_id = mine.tenant_id
               AND theirs.deposit_id = mine.deposit_id
               AND theirs.invoice_id NOT IN (NEW.id, coalesce(NEW.corrects_id, 0))
              JOIN invoicing_settlement s ON s.tenant_id = theirs.tenant_id
               AND s.invoice_id = theirs.invoice_id AND (s.credited < s.gross OR s.gross = 0)
             WHERE mine.tenant_id = NEW.tenant_id AND mine.invoice_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'invoice % deducts what is not a free deposit of its customer', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_deposits';
        END IF;
        IF NEW.kind = 'credit_note' AND EXISTS (
            SELECT FROM invoicing_deduction d
              JOIN invoicing_settlement s ON s.tenant_id = d.tenant_id
               AND s.invoice_id = d.invoice_id AND (s.credited < s.gross OR s.gross = 0)
             WHERE d.tenant_id = NEW.tenant_id AND d.deposit_id = NEW.corrects_id
        ) THEN
            RAISE EXCEPTION 'deposit % is deducted by another invoice', NEW.corrects_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_deposits';
        END IF;
        IF NEW.kind <> 'credit_note' AND EXISTS (
            SELECT FROM invoicing_invoiceline mine
              JOIN invoicing_invoiceline theirs ON theirs.tenant_id = mine.tenant_id
               AND theirs.quote_line_id = mine.quote_line_id
               AND theirs.invoice_id NOT IN (NEW.id, coalesce(NEW.corrects_id, 0))
               AND theirs.progress >= mine.progress
              JOIN invoicing_settlement s ON s.tenant_id = theirs.tenant_id
               AND s.invoice_id = theirs.invoice_id AND (s.credited < s.gross OR s.gross = 0)
             WHERE mine.tenant_id = NEW.tenant_id AND mine.invoice_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'invoice % bills again what is billed', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_progress';
        END IF;
        -- The last of its series, from the index whatever the plan: EXISTS read them all.
        IF NEW.issued_on < (
            SELECT issued_on FROM invoicing_invoice
             WHERE tenant_id = NEW.tenant_id AND series = NEW.series
             ORDER BY issued_on DESC NULLS LAST LIMIT 1
        ) THEN
            RAISE EXCEPTION 'series % already goes beyond %', NEW.series, NEW.issued_on
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_chronological';
        END IF;
        IF NEW.chain_rank <> 1 AND NOT EXISTS (
            SELECT FROM invoicing_invoice
             WHERE tenant_id = NEW.tenant_id AND chain_rank = NEW.chain_rank - 1
        ) THEN
            RAISE EXCEPTION 'no invoice has rank % in the chain', NEW.chain_rank - 1
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_chained';
        END IF;
        IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM invoicing_invoice
             WHERE tenant_id = NEW.tenant_id AND id = NEW.corrects_id AND status = 'issued'
               AND kind <> 'credit_note' AND customer_id = NEW.customer_id
        ) THEN
            RAISE EXCEPTION 'credit note % corrects nothing that was issued', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.kind = 'corrective' AND EXISTS (
            SELECT FROM invoicing_settlement
             WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.corrects_id
               AND (paid <> 0 OR credited <> 0 OR gross = 0)
        ) THEN
            RAISE EXCEPTION 'invoice % is paid or credited: it is not replaced', NEW.corrects_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_replaced';
        END IF;
        RETURN NEW;
    """,
)

#: What an issued invoice is owed is opened with it; a credit note lowers its invoice's, and a
#: corrective one takes its place.
OPENS_SETTLEMENT = pgtrigger.Trigger(
    name="opens_settlement",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__status="issued"),
    func="""
        IF NEW.kind = 'credit_note' THEN
            UPDATE invoicing_settlement
               SET credited = credited + NEW.gross + NEW.rounding,
                   retained = retained - NEW.retention
             WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.corrects_id;
        ELSE
            INSERT INTO invoicing_settlement
                (tenant_id, activity_id, invoice_id, due_on, gross, credited, paid, retained)
            VALUES (NEW.tenant_id, NEW.activity_id, NEW.id, NEW.due_on,
                    NEW.gross - NEW.prepaid + NEW.rounding, 0, 0, NEW.retention);
            IF NEW.retention > 0 THEN
                INSERT INTO invoicing_retention (
                    tenant_id, activity_id, invoice_id, quote_id, number, customer_name, amount,
                    works_accepted_on, due_on, contest_reason, release_cause, guarantor,
                    guarantee_reference
                ) VALUES (
                    NEW.tenant_id, NEW.activity_id, NEW.id, NEW.quote_id, NEW.number,
                    NEW.customer_name, NEW.retention,
                    nullif(NEW.snapshot->'retention'->>'accepted_on', '')::date,
                    NEW.retention_due_on, '', '', '', ''
                );
            END IF;
            IF NEW.kind = 'corrective' THEN
                UPDATE invoicing_settlement SET credited = gross, retained = 0
                 WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.corrects_id;
            END IF;
        END IF;
        RETURN NULL;
    """,
)

#: A retention is born with its invoice; released, it is over. Who is served as an entrepreneur
#: says when the works were accepted, or contested: the cooperative writes what is released.
RETENTION_MOVES_RIGHT = pgtrigger.Trigger(
    name="moves_right",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF TG_OP = 'DELETE' OR (TG_OP = 'INSERT' AND pg_trigger_depth() < 2) THEN
            RAISE EXCEPTION 'a retention is opened by its invoice, and never deleted'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_retention_frozen';
        END IF;
        IF TG_OP = 'UPDATE' AND (
            OLD.released_on IS NOT NULL OR (
                OLD.tenant_id, OLD.activity_id, OLD.invoice_id, OLD.quote_id, OLD.number,
                OLD.customer_name, OLD.amount
            ) IS DISTINCT FROM (
                NEW.tenant_id, NEW.activity_id, NEW.invoice_id, NEW.quote_id, NEW.number,
                NEW.customer_name, NEW.amount
            )
        ) THEN
            RAISE EXCEPTION 'retention % is frozen', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_retention_frozen';
        END IF;
        IF NEW.works_accepted_on IS NOT NULL
           AND NEW.due_on <> (NEW.works_accepted_on + interval '1 year')::date THEN
            RAISE EXCEPTION 'retention % is kept one year from the acceptance of works', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_retention_year';
        END IF;
        IF NEW.released_on IS NOT NULL AND current_user = 'cae_entrepreneur' THEN
            RAISE EXCEPTION 'retention % is released by the cooperative', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_retention_release';
        END IF;
        RETURN NEW;
    """,
)

#: Released, it may be asked for: with the rest if that is late already, else from that day.
RETENTION_RELEASES = pgtrigger.Trigger(
    name="releases",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__released_on__isnull=False),
    func="""
        UPDATE invoicing_settlement
           SET due_on = CASE WHEN claimable > 0 THEN due_on ELSE NEW.released_on END,
               retained = 0
         WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.invoice_id;
        RETURN NULL;
    """,
)


_INSURED = """
            IF EXISTS (
                SELECT FROM entrepreneurs_activity a
                 WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.activity_id AND a.is_building
            ) AND NOT EXISTS (
                SELECT FROM entrepreneurs_insurance i
                 WHERE i.tenant_id = NEW.tenant_id AND i.withdrawn_at IS NULL
                   AND (i.activity_id = NEW.activity_id OR i.activity_id IS NULL) AND RUNS
            ) THEN
                RAISE EXCEPTION 'activity % is a building trade without insurance', NEW.activity_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_insured';
            END IF;
            RETURN NEW;
        """


def insured(condition: pgtrigger.Condition, *, runs: str) -> pgtrigger.Trigger:
    """Refuse what a building trade sells without a certificate that `runs`, an SQL condition.

    :param condition: the moment it is sent, or issued.
    """
    return pgtrigger.Trigger(
        name="insured",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=condition,
        func=_INSURED.replace("RUNS", runs),
    )


def still_open(condition: pgtrigger.Condition, *, day: str) -> pgtrigger.Trigger:
    """Refuse what an activity sells after its last day.

    :param condition: the moment it is sent, or issued.
    :param day: an SQL expression.
    """
    return pgtrigger.Trigger(
        name="activity_open",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=condition,
        func=f"""
            IF EXISTS (
                SELECT FROM entrepreneurs_activity a
                 WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.activity_id
                   AND a.closed_on < {day}
            ) THEN
                RAISE EXCEPTION 'activity % is closed', NEW.activity_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_activity_open';
            END IF;
            RETURN NEW;
        """,
    )


#: A settlement moves with an allocation or a credit note, never by hand.
MOVED_BY_FACTS_ONLY = pgtrigger.Trigger(
    name="moved_by_facts_only",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'a settlement is moved by payments and credit notes only'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    """,
)

#: An internal order moves one step at a time; who is served as an entrepreneur proposes and
#: takes back, and nothing more: answers are written by the cooperative. What was proposed is
#: frozen until it is taken back, what was agreed to for ever.
ORDER_MOVES_RIGHT = pgtrigger.Trigger(
    name="moves_right",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    declare=[("lines_total", "numeric"), ("unseen", "bigint")],
    func="""
        IF (OLD.status, NEW.status) NOT IN (
            ('draft', 'draft'), ('draft', 'proposed'), ('proposed', 'draft'),
            ('proposed', 'accepted'), ('proposed', 'refused'), ('refused', 'draft'),
            ('accepted', 'cancelled')
        ) THEN
            RAISE EXCEPTION 'internal order % cannot go from % to %', OLD.id, OLD.status, NEW.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_internal_move';
        END IF;
        IF current_user = 'cae_entrepreneur'
           AND NEW.status IN ('accepted', 'refused', 'cancelled') THEN
            RAISE EXCEPTION 'internal order % is answered by the cooperative', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_internal_answer';
        END IF;
        IF OLD.status <> 'draft' AND (
            OLD.activity_id, OLD.seller_name, OLD.buyer_id, OLD.buyer_name, OLD.subject,
            OLD.notes, OLD.total, OLD.created_by_id, OLD.created_at
        ) IS DISTINCT FROM (
            NEW.activity_id, NEW.seller_name, NEW.buyer_id, NEW.buyer_name, NEW.subject,
            NEW.notes, NEW.total, NEW.created_by_id, NEW.created_at
        ) OR NEW.status IN ('accepted', 'refused', 'cancelled') AND (
            OLD.shown_to_id, OLD.proposed_by_id, OLD.proposed_at
        ) IS DISTINCT FROM (
            NEW.shown_to_id, NEW.proposed_by_id, NEW.proposed_at
        ) OR NEW.status = 'cancelled' AND (
            OLD.number, OLD.answered_by_id, OLD.answered_at, OLD.accepted_on, OLD.search
        ) IS DISTINCT FROM (
            NEW.number, NEW.answered_by_id, NEW.answered_at, NEW.accepted_on, NEW.search
        ) THEN
            RAISE EXCEPTION 'internal order % is frozen', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_internal_frozen';
        END IF;
        IF OLD.status = 'draft' AND NEW.status = 'proposed' THEN
            SELECT sum(net), count(*) FILTER (WHERE shown_to_id IS DISTINCT FROM NEW.shown_to_id)
              INTO lines_total, unseen FROM invoicing_internalorderline
             WHERE tenant_id = NEW.tenant_id AND order_id = NEW.id;
            IF lines_total IS DISTINCT FROM NEW.total OR unseen > 0 THEN
                RAISE EXCEPTION 'internal order % does not add up', NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_internal_adds_up';
            END IF;
        END IF;
        RETURN NEW;
    """,
)

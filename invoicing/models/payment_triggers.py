"""What PostgreSQL itself refuses of money received, whoever asks."""

from __future__ import annotations

import pgtrigger

#: Each row moves what its invoice was paid, up to what is due, and never uses a payment beyond
#: its amount. The row locks make two people queue: first the settlement, then the payments.
PAYS = pgtrigger.Trigger(
    name="pays",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    declare=[
        ("still_due", "numeric"),
        ("given", "invoicing_payment"),
        ("back", "invoicing_payment"),
        ("used", "numeric"),
    ],
    func="""
        IF NEW.invoice_id IS NOT NULL THEN
            UPDATE invoicing_settlement SET paid = paid + NEW.amount
             WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.invoice_id
            RETURNING gross - credited - paid INTO still_due;
            IF still_due IS NULL OR (NEW.amount > 0 AND still_due < 0) THEN
                RAISE EXCEPTION 'allocation of % is more than invoice % is due', NEW.amount,
                    NEW.invoice_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_allocation_due';
            END IF;
        END IF;
        IF NEW.payment_id IS NULL THEN
            RETURN NULL;
        END IF;
        -- No key: the foreign keys of the row of another transaction hold the key already.
        PERFORM FROM invoicing_payment
          WHERE tenant_id = NEW.tenant_id AND id IN (NEW.payment_id, NEW.refund_id)
          ORDER BY id FOR NO KEY UPDATE;
        SELECT * INTO given FROM invoicing_payment
         WHERE tenant_id = NEW.tenant_id AND id = NEW.payment_id;
        SELECT sum(amount) INTO used FROM invoicing_allocation
         WHERE tenant_id = NEW.tenant_id AND payment_id = NEW.payment_id;
        IF given.amount <= 0 OR used < 0 OR used > given.amount THEN
            RAISE EXCEPTION 'payment % is allocated beyond its amount', NEW.payment_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_allocation_payment';
        END IF;
        SELECT sum(amount) INTO used FROM invoicing_allocation
         WHERE tenant_id = NEW.tenant_id AND payment_id = NEW.payment_id
           AND invoice_id IS NOT DISTINCT FROM NEW.invoice_id
           AND refund_id IS NOT DISTINCT FROM NEW.refund_id;
        IF used < 0 THEN
            RAISE EXCEPTION 'payment % gives back what it never settled', NEW.payment_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_allocation_payment';
        END IF;
        IF NEW.refund_id IS NULL THEN
            IF NOT EXISTS (
                SELECT FROM invoicing_invoice WHERE tenant_id = NEW.tenant_id
                   AND id = NEW.invoice_id AND customer_id = given.customer_id
            ) THEN
                RAISE EXCEPTION 'payment % is of another customer', NEW.payment_id
                    USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'invoicing_allocation_customer';
            END IF;
            RETURN NULL;
        END IF;
        SELECT * INTO back FROM invoicing_payment
         WHERE tenant_id = NEW.tenant_id AND id = NEW.refund_id;
        SELECT sum(amount) INTO used FROM invoicing_allocation
         WHERE tenant_id = NEW.tenant_id AND refund_id = NEW.refund_id;
        IF back.amount >= 0 OR back.customer_id <> given.customer_id
           OR used < 0 OR used > -back.amount THEN
            RAISE EXCEPTION 'refund % gives back more than it is', NEW.refund_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_allocation_refund';
        END IF;
        RETURN NULL;
    """,
)

#: What is settled without money stays under the ceiling that the cooperative set.
WRITES_OFF_LITTLE = pgtrigger.Trigger(
    name="writes_off_little",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("ceiling", "numeric")],
    func="""
        IF NEW.means <> 'gap' OR NEW.reverses_id IS NOT NULL THEN
            RETURN NEW;
        END IF;
        SELECT write_off_ceiling INTO ceiling FROM core_cooperative WHERE id = NEW.tenant_id;
        IF abs(NEW.amount) > COALESCE(ceiling, 0) THEN
            RAISE EXCEPTION 'difference of % is more than %', NEW.amount, ceiling
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_payment_gap_ceiling';
        END IF;
        RETURN NEW;
    """,
)

#: A difference is no advance: all of it settles an invoice, or cancels what kept a credit.
SETTLES_WHOLE = pgtrigger.Trigger(
    name="settles_whole",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Q(new__means="gap", new__amount__gt=0),
    func="""
        IF NEW.amount IS DISTINCT FROM (
            SELECT sum(amount) FROM invoicing_allocation
             WHERE tenant_id = NEW.tenant_id AND payment_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'difference % settles nothing', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_payment_gap_whole';
        END IF;
        RETURN NULL;
    """,
)

#: No money came: no turnover is cashed, no VAT falls due. Only a difference gives VAT up.
WRITES_OFF_NOTHING_CASHED = pgtrigger.Trigger(
    name="writes_off_nothing_cashed",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("is_gap", "boolean")],
    func="""
        SELECT means = 'gap' INTO is_gap FROM invoicing_payment
         WHERE tenant_id = NEW.tenant_id AND id = NEW.payment_id;
        IF (is_gap AND (NEW.net <> 0 OR NEW.vat_due <> 0))
           OR (is_gap IS NOT TRUE AND NEW.vat_waived <> 0)
           OR NEW.vat_waived * NEW.amount < 0 OR abs(NEW.vat_waived) > abs(NEW.amount) THEN
            RAISE EXCEPTION 'allocation of % makes something due that it may not', NEW.payment_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_allocation_gap';
        END IF;
        RETURN NEW;
    """,
)

#: A reversal is the exact opposite of one payment of the same customer, once, and is final.
REVERSES_RIGHT = pgtrigger.Trigger(
    name="reverses_right",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("mistaken", "invoicing_payment")],
    func="""
        IF NEW.reverses_id IS NULL THEN
            RETURN NEW;
        END IF;
        SELECT * INTO mistaken FROM invoicing_payment
         WHERE tenant_id = NEW.tenant_id AND id = NEW.reverses_id FOR NO KEY UPDATE;
        IF mistaken.customer_id IS DISTINCT FROM NEW.customer_id
           OR mistaken.amount <> -NEW.amount OR mistaken.means <> NEW.means
           OR mistaken.reverses_id IS NOT NULL THEN
            RAISE EXCEPTION 'payment % is not the opposite of %', NEW.id, NEW.reverses_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_payment_opposite';
        END IF;
        IF EXISTS (
            SELECT FROM invoicing_depositeditem i
              JOIN invoicing_bankdeposit d ON d.tenant_id = i.tenant_id AND d.id = i.deposit_id
             WHERE i.tenant_id = NEW.tenant_id AND i.payment_id = NEW.reverses_id
               AND d.closed_at IS NULL
        ) THEN
            RAISE EXCEPTION 'payment % is in an open deposit', NEW.reverses_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_payment_in_deposit';
        END IF;
        RETURN NEW;
    """,
)

#: Money that was a mistake is not what the bank says it is: its line waits to be matched again.
FREES_ITS_LINE = pgtrigger.Trigger(
    name="frees_its_line",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__reverses_id__isnull=False),
    func="""
        UPDATE invoicing_bankoutcome SET undone_at = now(), undone_by_id = NEW.recorded_by_id
         WHERE tenant_id = NEW.tenant_id AND payment_id = NEW.reverses_id AND undone_at IS NULL;
        RETURN NULL;
    """,
)

#: What is given back was received: a negative payment names, to the cent, the money it returns.
GIVES_BACK_RECEIVED = pgtrigger.Trigger(
    name="gives_back_received",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    func="""
        IF NEW.amount < 0 AND NEW.amount IS DISTINCT FROM (
            SELECT -sum(amount) FROM invoicing_allocation
             WHERE tenant_id = NEW.tenant_id AND refund_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'payment % gives back what was not received', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_payment_received';
        END IF;
        RETURN NULL;
    """,
)

#: Money on one of our bank accounts is in the books where that account is, and not once it is
#: closed. What is reversed leaves where it came in, whatever is said of that account since.
IN_ITS_BANK = pgtrigger.Trigger(
    name="in_its_bank",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NEW.bank_account_id IS NOT NULL AND NEW.reverses_id IS NULL AND NOT EXISTS (
            SELECT FROM entrepreneurs_bankaccount b
              LEFT JOIN accounting_account a ON a.tenant_id = b.tenant_id
                                            AND a.id = b.ledger_account_id
             WHERE b.tenant_id = NEW.tenant_id AND b.id = NEW.bank_account_id
               AND (b.closed_on IS NULL OR NEW.received_on <= b.closed_on)
               AND NEW.account ~ '^512'
               AND NEW.account = COALESCE(a.number, NEW.account)
        ) THEN
            RAISE EXCEPTION 'bank account % does not receive on %', NEW.bank_account_id,
                NEW.account
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_payment_bank';
        END IF;
        RETURN NEW;
    """,
)

#: A cheque enters an open deposit of its kind, or leaves it; a closed one is what the bank has.
ONLY_WHILE_OPEN = pgtrigger.Trigger(
    name="only_while_open",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    declare=[("its_means", "varchar")],
    func="""
        IF TG_OP = 'UPDATE' THEN
            RAISE EXCEPTION 'what a deposit holds is put in or taken out'
                USING ERRCODE = 'check_violation';
        END IF;
        -- Shared with whoever adds too, not with whoever closes.
        SELECT means INTO its_means FROM invoicing_bankdeposit
         WHERE tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)
           AND id = COALESCE(NEW.deposit_id, OLD.deposit_id) AND closed_at IS NULL FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'this deposit is closed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankdeposit_closed';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        PERFORM FROM invoicing_payment
          WHERE tenant_id = NEW.tenant_id AND id = NEW.payment_id FOR NO KEY UPDATE;
        IF NOT EXISTS (
            SELECT FROM invoicing_payment p
             WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id AND p.means = its_means
               AND p.amount > 0 AND p.account !~ '^512' AND p.reverses_id IS NULL
               AND NOT EXISTS (SELECT FROM invoicing_payment r
                                WHERE r.tenant_id = p.tenant_id AND r.reverses_id = p.id)
        ) THEN
            RAISE EXCEPTION 'payment % does not wait for this deposit', NEW.payment_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_depositeditem_waits';
        END IF;
        RETURN NEW;
    """,
)

#: A deposit closes once, with what it holds, and is then locked.
CLOSES_ONCE = pgtrigger.Trigger(
    name="closes_once",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    declare=[("held", "numeric"), ("held_count", "bigint")],
    func="""
        IF OLD.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'deposit % is closed', OLD.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankdeposit_closed';
        END IF;
        IF TG_OP = 'DELETE' OR NEW.closed_at IS NULL THEN
            RETURN COALESCE(NEW, OLD);
        END IF;
        SELECT count(*), sum(p.amount) INTO held_count, held
          FROM invoicing_depositeditem i
          JOIN invoicing_payment p ON p.tenant_id = i.tenant_id AND p.id = i.payment_id
         WHERE i.tenant_id = NEW.tenant_id AND i.deposit_id = NEW.id;
        IF held_count = 0 OR held IS DISTINCT FROM NEW.total OR held_count <> NEW.item_count THEN
            RAISE EXCEPTION 'deposit % is not what it holds', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankdeposit_total';
        END IF;
        RETURN NEW;
    """,
)


def only_in_an_open_day(
    instant: str, *, condition: pgtrigger.Condition | None = None
) -> pgtrigger.Trigger:
    """Refuse what would be written in a day already closed: one look in an index.

    :param instant: column of the instant something was recorded or issued.
    """
    return pgtrigger.Trigger(
        name="only_in_an_open_day",
        when=pgtrigger.Before,
        operation=pgtrigger.Update if condition else pgtrigger.Insert,
        condition=condition,
        func=f"""
            IF EXISTS (
                SELECT FROM invoicing_closing WHERE tenant_id = NEW.tenant_id AND span = 'day'
                   AND starts_on >= (NEW.{instant} AT TIME ZONE 'Europe/Paris')::date
            ) THEN
                RAISE EXCEPTION 'the day of % is closed', NEW.{instant}
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_closed_day';
            END IF;
            RETURN NEW;
        """,
    )

"""What PostgreSQL lets be erased of the traces: the columns of a row that is forgotten, no more.

A trace stays: which row, which columns, when, by whom. Only the values go, all of those a
register names, at the moment it names them; nothing else of a trace ever changes.
"""

#: The same JSON, its columns in `names` without their values.
ERASED = """
CREATE FUNCTION cae_erased(said jsonb, names text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(said) = 'object' THEN (
        SELECT coalesce(
            jsonb_object_agg(key, CASE WHEN key = ANY(names) THEN 'null'::jsonb ELSE value END),
            '{}'
        )
        FROM jsonb_each(said)
    ) ELSE said END
$$
"""

#: Who signs without an account is named by the trace itself.
_ACTOR = """
    CASE WHEN 'actor' = ANY(forgotten.columns)
              AND <row>.membership_id IS NULL AND <row>.actor <> 'Alvéole'
         THEN '' ELSE <row>.actor END
"""

CHANGES_ONLY_FORGET = """
    IF to_jsonb(NEW) - 'was' - 'became' = to_jsonb(OLD) - 'was' - 'became'
        AND EXISTS (
            SELECT 1 FROM core_forgotten forgotten
             WHERE forgotten.tenant_id = OLD.tenant_id
               AND forgotten.table_name = OLD.table_name AND forgotten.row_id = OLD.row_id
               AND NEW.was IS NOT DISTINCT FROM cae_erased(OLD.was, forgotten.columns)
               AND NEW.became IS NOT DISTINCT FROM cae_erased(OLD.became, forgotten.columns)
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""

EVENTS_ONLY_FORGET = """
    IF to_jsonb(NEW) - 'before' - 'after' - 'actor' = to_jsonb(OLD) - 'before' - 'after' - 'actor'
        AND EXISTS (
            SELECT 1 FROM core_forgotten forgotten
             WHERE forgotten.tenant_id = OLD.tenant_id
               AND forgotten.target_type = OLD.target_type AND forgotten.row_id = OLD.target_id
               AND NEW.before = cae_erased(OLD.before, forgotten.columns)
               AND NEW.after = cae_erased(OLD.after, forgotten.columns)
               AND NEW.actor = <actor>
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
""".replace("<actor>", _ACTOR.replace("<row>", "OLD"))

ERASES = """
    UPDATE core_rowchange
       SET was = cae_erased(was, NEW.columns), became = cae_erased(became, NEW.columns)
     WHERE tenant_id = NEW.tenant_id AND table_name = NEW.table_name AND row_id = NEW.row_id;
    UPDATE core_auditevent trace
       SET before = cae_erased(before, NEW.columns), after = cae_erased(after, NEW.columns),
           actor = <actor>
     WHERE tenant_id = NEW.tenant_id AND target_type = NEW.target_type AND target_id = NEW.row_id;
    RETURN NULL;
""".replace("<actor>", _ACTOR.replace("<row>", "trace").replace("forgotten.", "NEW."))

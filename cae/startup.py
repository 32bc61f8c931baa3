"""What web and worker make sure of before they serve: one French line each, no traceback."""

import os
import sys

from django.conf import settings
from django.db import connection

from cae.bootstrap import missing_judges, missing_libraries, plain_reason

# Gunicorn stops, instead of trying for ever, when a worker ends with this status.
GUNICORN_GIVES_UP = 4


def refuse_to_serve_half_ready(*, makes_documents: bool = False) -> None:
    """End the process when something is missing, after saying what.

    :param makes_documents: this process renders PDFs and judges electronic invoices, so it needs
        the native libraries and the group « worker » of the lock.
    """
    for variable in ("SECRET_KEY", "CAE_FIELD_KEYS"):
        if not os.environ.get(variable):
            _refuse(f"Il manque la variable d’environnement {variable} (docs/running.md).")
    if makes_documents and (missing := missing_libraries()):
        _refuse(f"Il manque {', '.join(missing)} : python3 manage.py doctor dit quoi installer.")
    if makes_documents and (missing := missing_judges()):
        _refuse(
            f"Il manque {', '.join(missing)}, qui contrôle les factures électroniques : "
            "installez requirements/worker.txt (docs/facturx.md)."
        )
    try:
        _look_at_the_role()
    except Exception as error:
        reason = plain_reason(error)
        if reason is None:
            raise
        _refuse(reason)
    finally:
        connection.close()


def _look_at_the_role() -> None:
    """The walls between cooperatives hold only for a role that cannot step over them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls OR pg_has_role('cae_owner', 'USAGE'),"
            " has_function_privilege('set_config(text, text, boolean)', 'EXECUTE')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, steps_over_walls, may_set_config = cursor.fetchone()
    if steps_over_walls and not settings.DEBUG:
        _refuse(
            f"DATABASE_URL entre par le rôle {role}, que n’arrête pas la sécurité par ligne. "
            "Donnez celle de cae_app (docs/running.md)."
        )
    if may_set_config:
        sys.stderr.write(
            "Sur ce serveur, set_config reste permis : la première garde tient seule "
            "(docs/running.md, serveur géré).\n"
        )


def _refuse(reason: str) -> None:
    sys.stderr.write(f"{reason}\n")
    sys.stderr.flush()
    raise SystemExit(GUNICORN_GIVES_UP)

"""The PostgreSQL roles, in one place: what each may do, and in which database.

Standard library only: the embedded servers read this file before Django exists.
A superuser applies the statements (`manage.py prepare_database`, `manage.py demo`,
the test fixtures). They can be applied again: nothing is created twice.

- `cae_owner` owns the database and its tables, and migrates;
- `cae_app` serves: reads and writes rows, owns nothing;
- `cae_entrepreneur` has no login: `cae_app` becomes it by `SET LOCAL ROLE` while it
  serves an entrepreneur. `cae_app` does not inherit it, so the policies written
  `TO cae_entrepreneur` bind only inside that transaction;
- `cae_platform` reads across cooperatives, `cae_backup` dumps them.

None is superuser, none escapes row-level security.
"""

from collections.abc import Mapping

OWNER = "cae_owner"
APP = "cae_app"
ENTREPRENEUR = "cae_entrepreneur"
PLATFORM = "cae_platform"
BACKUP = "cae_backup"

LOGIN_ROLES = (OWNER, APP, PLATFORM, BACKUP)

_HARMLESS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def role_statements(*, database: str, passwords: Mapping[str, str]) -> list[str]:
    """Return the statements that prepare `database`, to run connected to it.

    `passwords` is keyed by role; a role left out keeps the password it has.
    """
    return [*cluster_statements(passwords), *database_statements(database)]


def cluster_statements(passwords: Mapping[str, str]) -> list[str]:
    """Return the statements that hold for the whole server: the roles themselves."""
    statements = []
    for role in (*LOGIN_ROLES, ENTREPRENEUR):
        login = "LOGIN" if role in LOGIN_ROLES else "NOLOGIN"
        statements += [
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOINHERIT; END IF; END $$",
            f"ALTER ROLE {role} {login} NOINHERIT {_HARMLESS}",
        ]
        if role in passwords:
            statements.append(f"ALTER ROLE {role} PASSWORD {_literal(passwords[role])}")
        if role in LOGIN_ROLES:
            # Django then has no time zone to set, hence no need of set_config.
            statements.append(f"ALTER ROLE {role} SET timezone = 'UTC'")
    return [
        *statements,
        f"ALTER ROLE {PLATFORM} SET default_transaction_read_only = on",
        f"ALTER ROLE {BACKUP} SET default_transaction_read_only = on",
        # Granted without inheritance, because the member is NOINHERIT (PostgreSQL 15 reads
        # the member's attribute, 16 and later copy it into the grant).
        f"GRANT {ENTREPRENEUR} TO {APP}",
    ]


def database_statements(database: str) -> list[str]:
    """Return the statements that hold for one database: owner, grants, what is withdrawn.

    They must run connected to that database: a function's grants live in it.
    """
    name = _identifier(database)
    everyone = ", ".join((APP, ENTREPRENEUR, PLATFORM, BACKUP))
    default = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
    return [
        f"ALTER DATABASE {name} OWNER TO {OWNER}",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO {APP}, {PLATFORM}, {BACKUP}",
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {everyone}",
        # An injected expression must not be able to choose another cooperative.
        "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) "
        f"TO {OWNER}, {BACKUP}",
        # Row-level security ignores TRUNCATE: nobody but the owner has it.
        f"{default} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}, {ENTREPRENEUR}",
        f"{default} GRANT USAGE ON SEQUENCES TO {APP}, {ENTREPRENEUR}",
        f"{default} GRANT SELECT ON TABLES TO {PLATFORM}, {BACKUP}",
        f"{default} GRANT SELECT ON SEQUENCES TO {PLATFORM}, {BACKUP}",
    ]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

"""Create the database and its roles, as a superuser. Can be run again."""

import os
from argparse import ArgumentParser
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.core.management.base import BaseCommand, CommandError

from cae.core.tenancy.roles import APP, BACKUP, OWNER, PLATFORM, role_statements

ADDRESSES = {
    OWNER: "DATABASE_OWNER_URL",
    APP: "DATABASE_URL",
    PLATFORM: "DATABASE_PLATFORM_URL",
    BACKUP: "DATABASE_BACKUP_URL",
}


class Command(BaseCommand):
    help = (
        "Crée la base et ses rôles, avec les mots de passe des adresses données, par le "
        "superutilisateur de DATABASE_ADMIN_URL. Peut être relancée sans risque."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sql", action="store_true", help="écrire les instructions, sans rien exécuter"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        database, passwords = _asked_for()
        statements = role_statements(database=database, passwords=passwords)
        if options["sql"]:
            self.stdout.write("".join(f"{statement};\n" for statement in statements))
            return
        admin = os.environ.get("DATABASE_ADMIN_URL")
        if not admin:
            raise CommandError("Donnez DATABASE_ADMIN_URL, l’adresse d’un superutilisateur.")
        with psycopg.connect(admin, autocommit=True) as server:
            known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
            if not known.fetchone():
                server.execute(
                    psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(database))
                )
        with psycopg.connect(admin, dbname=database) as inside:
            for statement in statements:
                inside.execute(statement)
        self.stdout.write(f"La base « {database} » et ses rôles sont prêts.")


def _asked_for() -> tuple[str, dict[str, str]]:
    """Return the name of the database and the password of each role that has an address."""
    passwords = {}
    names = set()
    for role, variable in ADDRESSES.items():
        address = os.environ.get(variable)
        if not address:
            continue
        parts = urlsplit(address)
        if parts.username != role:
            raise CommandError(f"{variable} doit entrer par le rôle {role}.")
        if not parts.password:
            raise CommandError(f"{variable} ne donne pas de mot de passe.")
        passwords[role] = unquote(parts.password)
        names.add(parts.path.removeprefix("/"))
    if OWNER not in passwords or APP not in passwords:
        raise CommandError("Donnez DATABASE_URL et DATABASE_OWNER_URL.")
    if len(names) != 1:
        raise CommandError("Les adresses ne nomment pas toutes la même base.")
    return names.pop(), passwords

"""Change the key that seals personal identifiers and the secrets of logins."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cae.core import crypto
from cae.management.field_keys import Seen, Store, TableIsBusy, Unreadable, look, rotate, stores


class Command(BaseCommand):
    help = (
        "Rechiffre avec la première clé de CAE_FIELD_KEYS ce que les autres ont chiffré\u00a0: "
        "identifiants des personnes, leurs modifications gardées, seconds facteurs. Peut être "
        "interrompue et relancée (docs/running.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compter, sans rien réécrire")

    def handle(self, *args: Any, **options: Any) -> None:
        if not os.environ.get("DATABASE_OWNER_URL"):
            raise CommandError(
                "Donnez DATABASE_OWNER_URL\u00a0: seul le propriétaire des tables rechiffre."
            )
        found = [(store, look(store)) for store in stores()]
        # All is opened before anything is written.
        _refuse_unreadable([bad for _, seen in found for bad in seen.unreadable])
        if options["check"]:
            self._say_what_is_there(found)
            return
        for store, _ in found:
            self._rotate(store)
        # Looked at again: a site still running with the old key first goes on sealing with it.
        self._conclude(sum((look(store).values for store, _ in found), Counter()))

    def _say_what_is_there(self, found: list[tuple[Store, Seen]]) -> None:
        for store, seen in found:
            parts = [f"{count} par {_named(key)}" for key, count in sorted(seen.values.items())]
            self._line(store, "\u00a0: ".join(filter(None, (_rows(seen.rows), ", ".join(parts)))))
        self._conclude(sum((seen.values for _, seen in found), Counter()))

    def _rotate(self, store: Store) -> None:
        try:
            count = rotate(store)
            self._line(store, f"{_rows(count)} réécrite{'s' if count > 1 else ''}")
        except TableIsBusy as busy:
            raise CommandError(
                f"La table {busy} est occupée. Relancez la commande\u00a0: elle reprendra là."
            ) from busy

    def _conclude(self, values: Counter[str]) -> None:
        current = crypto.current_key_id()
        left = {key: n for key, n in values.items() if key != current}
        for key, count in sorted(left.items()):
            self.stdout.write(f"{_named(key)} ferme encore {count} valeurs\u00a0: gardez-la.")
        for key in crypto.key_ids():
            if key != current and key not in left:
                self.stdout.write(
                    f"{_named(key)} ne ferme plus rien\u00a0: retirez-la de CAE_FIELD_KEYS, et "
                    "gardez-la avec les sauvegardes faites jusqu’ici."
                )
        if not left:
            self.stdout.write(f"Tout est fermé par {_named(current)}.")

    def _line(self, store: Store, said: str) -> None:
        self.stdout.write(f"{store.table:28}{said}")


def _named(key: str) -> str:
    return f"«\u00a0{key}\u00a0»"


def _rows(count: int) -> str:
    return f"{count:6} ligne{'s' if count > 1 else ''}"


def _refuse_unreadable(bad: list[Unreadable]) -> None:
    if not bad:
        return
    first, others = bad[0], len(bad) - 1
    also = f" ({others} autres lignes non plus)" if others else ""
    raise CommandError(
        f"{first.table}, ligne {first.row_id}\u00a0: aucune clé de CAE_FIELD_KEYS n’ouvre ce qu’a "
        f"fermé {_named(first.key)}{also}. Rien n’a été réécrit."
    )

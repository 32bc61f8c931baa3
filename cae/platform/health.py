"""Is the machinery well? One line for each part, in words, with what to do where it is not."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.db import Error, connection
from django.utils.timezone import localtime

from cae.core import crypto, outbox
from cae.core.periods import french_date, french_time
from cae.platform import census

_SLOW = 2  # seconds
_A_TURN_IS_LATE = 5 * 60
_LITTLE_SPACE = 10  # percent
_BACKUP_IS_OLD, _NIGHT_IS_OLD = timedelta(hours=26), timedelta(hours=30)
_MEGABYTE = 1024**2


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the machinery; `tone` is that of a pill: ok, warning, danger, or nothing."""

    name: str
    tone: str
    said: str
    advice: str = ""

    @property
    def verdict(self) -> str:
        return {"ok": "Bien", "warning": "À voir", "danger": "En panne"}.get(self.tone, "Inconnu")

    @property
    def icon(self) -> str:
        return {"ok": "circle-check", "warning": "triangle-alert", "danger": "circle-alert"}.get(
            self.tone, "circle-question-mark"
        )


def parts(*, now: datetime) -> list[Part]:
    """Look at each part; what does not answer is said, and stops nothing."""
    looks: tuple[Callable[[datetime], Part], ...] = (
        _database,
        _broker,
        _clock,
        _outboxes,
        _mail,
        _documents,
        _nights,
        _backup,
        _keys,
    )
    return [look(now) for look in looks]


def _database(now: datetime) -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT split_part(current_setting('server_version'), ' ', 1)")
            version = cursor.fetchone()[0]
            cursor.execute("SELECT pg_database_size(current_database())")
            size = cursor.fetchone()[0]
    except Error:
        return Part("Base de données", "danger", "Elle ne répond pas.", "Démarrez PostgreSQL.")
    return Part("Base de données", "ok", f"PostgreSQL {version}, {_bytes(size)}.")


def _broker(now: datetime) -> Part:
    name = "Courtier"
    try:
        server = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=_SLOW, socket_timeout=_SLOW
        )
        info = server.info()
        waiting, under_way = server.llen("celery"), server.hlen("unacked")
    except redis.RedisError:
        return Part(
            name,
            "danger",
            "Il ne répond pas.",
            "Démarrez Valkey ou Redis\u00a0: rien n’est perdu, mais rien ne part.",
        )
    kind = "Valkey" if "valkey_version" in info else "Redis"
    version = info.get("valkey_version") or info["redis_version"]
    memory = _bytes(info["used_memory"])
    return Part(
        name,
        "ok",
        f"{kind} {version}, {memory} de mémoire, {_tasks(waiting)} en file, "
        f"{_tasks(under_way)} en cours.",
    )


def _clock(now: datetime) -> Part:
    name = "Horloge et tâches de fond"
    advice = "Vérifiez que l’horloge (beat) et au moins un worker tournent."
    try:
        ago = outbox.seconds_since_turn()
    except redis.RedisError:
        return Part(name, "", "Inconnu tant que le courtier ne répond pas.")
    if ago is None:
        return Part(name, "warning", "Aucun tour n’est encore connu.", advice)
    if ago > _A_TURN_IS_LATE:
        return Part(name, "danger", f"Dernier tour il y a {ago // 60} minutes.", advice)
    return Part(name, "ok", f"Dernier tour il y a {ago} secondes.")


def _outboxes(now: datetime) -> Part:
    name = "Tâches en attente"
    try:
        found = census.waiting(now=now)
    except census.Unreadable as error:
        return _unreadable(name, error)
    if not found:
        return Part(name, "ok", "Aucune n’attend depuis plus de cinq minutes.")
    failing = sum(w.count for w in found if w.tries >= census.STUCK_TRIES)
    total = sum(w.count for w in found)
    since = min(w.since for w in found)
    return Part(
        name,
        "danger" if failing else "warning",
        f"{_tasks(total)}, la plus ancienne depuis le {_moment(since)}"
        + (f", dont {failing} envoyées au moins trois fois." if failing else "."),
        "Chacune repart toutes les minutes. Si leur nombre ne baisse pas, lisez le journal des "
        "workers.",
    )


def _mail(now: datetime) -> Part:
    place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        socket.create_connection((settings.EMAIL_HOST, settings.EMAIL_PORT), _SLOW).close()
    except OSError:
        return Part(
            "Courriels",
            "danger",
            f"{place} ne répond pas.",
            "Vérifiez EMAIL_HOST et EMAIL_PORT\u00a0: les courriels repartiront d’eux-mêmes.",
        )
    return Part("Courriels", "ok", f"{place} répond.")


def _documents(now: datetime) -> Part:
    name, folder = "Documents", settings.CAE_FILES
    try:
        # Made with the first document: until then, its parent will hold it.
        there = next(p for p in (folder, *folder.parents) if p.exists())
        space = shutil.disk_usage(there)
    except OSError:
        return Part(name, "danger", "Leur dossier est illisible.", "Vérifiez CAE_FILES.")
    if not os.access(there, os.W_OK):
        return Part(
            name, "danger", "Leur dossier ne s’écrit pas.", "Vérifiez les droits de CAE_FILES."
        )
    try:
        count, size = census.stored()
        kept = f"{count} conservés, {_bytes(size)}\u00a0; "
    except census.Unreadable:
        kept = ""
    percent = space.free * 100 // space.total
    said = f"{kept}{_bytes(space.free)} libres ({percent}\u00a0%)."
    if percent < _LITTLE_SPACE:
        return Part(name, "warning", said, "Agrandissez le disque avant qu’il soit plein.")
    return Part(name, "ok", said)


def _nights(now: datetime) -> Part:
    name = "Contrôles de la nuit"
    try:
        nights = census.last_nights()
    except census.Unreadable as error:
        return _unreadable(name, error)
    if not nights:
        return Part(name, "", "Aucune coopérative encore.")
    wrong = sum(1 for night in nights if night.counts)
    late = sum(1 for night in nights if now - night.since > _NIGHT_IS_OLD)
    if wrong:
        return Part(
            name,
            "danger",
            f"{_cooperatives(wrong)} ne concorde{'nt' if wrong > 1 else ''} pas, sur "
            f"{len(nights)}.",
            "Ne corrigez rien à la main. manage.py check_house dit où\u00a0; comparez avec la "
            "dernière sauvegarde.",
        )
    if late:
        return Part(
            name,
            "warning",
            f"{_cooperatives(late)} sans contrôle la nuit dernière.",
            "L’horloge les demande à 3\u00a0h\u00a040\u00a0; manage.py check_house les fait "
            "maintenant.",
        )
    seen = sum(1 for night in nights if night.at)
    if not seen:
        return Part(name, "", "Les premiers se feront cette nuit.")
    return Part(name, "ok", f"Tout concorde dans {_cooperatives(seen)}.")


def _backup(now: datetime) -> Part:
    name = "Dernière sauvegarde"
    if not settings.CAE_BACKUPS:
        return Part(
            name,
            "",
            "Inconnue d’ici.",
            "Donnez CAE_BACKUPS, le dossier où elles se déposent, pour lire leur âge ici.",
        )
    try:
        files = [p.stat() for p in Path(settings.CAE_BACKUPS).iterdir() if p.is_file()]
    except OSError:
        return Part(name, "warning", "Leur dossier est illisible.", "Vérifiez CAE_BACKUPS.")
    if not files:
        return Part(name, "danger", "Le dossier est vide.", "Lancez une sauvegarde.")
    last = max(files, key=lambda file: file.st_mtime)
    at = datetime.fromtimestamp(last.st_mtime, tz=now.tzinfo)
    said = f"Le {_moment(at)}, {_bytes(last.st_size)}."
    if now - at > _BACKUP_IS_OLD:
        return Part(name, "danger", said, "Elle a plus d’un jour\u00a0: lancez-en une.")
    return Part(name, "ok", said)


def _keys(now: datetime) -> Part:
    current, *others = crypto.key_ids()
    if others:
        names = ", ".join(f"«\u00a0{name}\u00a0»" for name in others)
        return Part(
            "Clé des champs chiffrés",
            "warning",
            f"«\u00a0{current}\u00a0» chiffre, {names} déchiffre encore.",
            "Finissez la rotation\u00a0: manage.py rotate_field_keys dit laquelle retirer.",
        )
    return Part("Clé des champs chiffrés", "ok", f"«\u00a0{current}\u00a0», seule.")


def _unreadable(name: str, error: census.Unreadable) -> Part:
    return Part(name, "", str(error), "Donnez DATABASE_PLATFORM_URL au site (docs/running.md).")


def _tasks(count: int) -> str:
    return f"{count} tâche{'s' if count > 1 else ''}"


def _cooperatives(count: int) -> str:
    return f"{count} coopérative{'s' if count > 1 else ''}"


def _moment(at: datetime) -> str:
    at = localtime(at)
    return f"{french_date(at.date())} à {french_time(at.time())}"


def _bytes(size: int) -> str:
    """Return `1 Mo` at least, `840 Mo` or `1,2 Go`."""
    megabytes = -(-size // _MEGABYTE)
    if megabytes < 1024:
        return f"{megabytes}\u00a0Mo"
    tenths = megabytes * 10 // 1024
    return f"{tenths // 10},{tenths % 10}\u00a0Go"

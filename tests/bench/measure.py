"""Times, memory and loads: what the figures are made of."""

from __future__ import annotations

import http.client
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from tests.plugins.browser import ROOT, end, wait

Row = tuple[str, ...]
Table = Callable[..., None]


@dataclass(frozen=True)
class Times:
    """Seconds of the same thing done several times, and those all of it took."""

    seconds: list[float]
    together: float

    @classmethod
    def of(
        cls,
        times: int,
        act: Callable[[], object],
        *,
        now: Callable[[], float] = time.perf_counter,
    ) -> Times:
        """Do it `times` times, one after the other."""
        measured = []
        for _ in range(times):
            start = now()
            act()
            measured.append(now() - start)
        return cls(measured, sum(measured))

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def cells(self) -> tuple[str, str, str]:
        p95 = quantiles(self.seconds, n=20)[-1]
        rate = len(self.seconds) / self.together
        return f"{self.median * 1000:.0f} ms", f"{p95 * 1000:.0f} ms", f"{rate:.0f}/s"


@dataclass(frozen=True)
class Visitor:
    """What a request says of who asks."""

    headers: Mapping[str, str]

    def times(
        self, origin: str, requests: Iterable[tuple[str, str]], *, at_once: int, expects: int = 200
    ) -> Times:
        """Ask for each (method, path), `at_once` in flight; any other answer is an error."""
        waiting: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        for request in requests:
            waiting.put(request)
        measured: list[float] = []
        troubles: list[str] = []

        def ask_on() -> None:
            site = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=60)
            while not troubles:
                try:
                    method, path = waiting.get_nowait()
                except queue.Empty:
                    break
                start = time.perf_counter()
                site.request(method, path, headers=dict(self.headers))
                answer = site.getresponse()
                answer.read()
                measured.append(time.perf_counter() - start)
                if answer.status != expects:
                    troubles.append(f"{answer.status} for {path}")
            site.close()

        threads = [threading.Thread(target=ask_on) for _ in range(at_once)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        together = time.perf_counter() - start
        assert not troubles, troubles
        return Times(measured, together)


@dataclass(frozen=True)
class Service:
    """A process of ours with its children, and the seconds it took to be ready."""

    process: subprocess.Popen[bytes]
    seconds: float

    @property
    def megabytes(self) -> float:
        """Memory of the whole family, shared pages counted once (PSS)."""
        return sum(_pss(pid) for pid in _family(self.process.pid)) / 1024


@contextmanager
def started(
    *command: str, environment: dict[str, str], log: Path, is_ready: Callable[[], bool]
) -> Iterator[Service]:
    """Run a process until the block ends."""
    start = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        wait(lambda: is_ready() or process.poll() is not None, seconds=120)
        assert process.poll() is None, log.read_text()
        yield Service(process, time.perf_counter() - start)
    finally:
        end(process)


def _family(leader: int) -> Iterator[int]:
    """Give the processes of the session it leads."""
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        with suppress(ProcessLookupError):
            if os.getsid(pid) == leader:
                yield pid


def _pss(pid: int) -> int:
    """Return kilobytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0

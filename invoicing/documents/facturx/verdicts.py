"""What the judge says of a Factur-X: asked of a program apart, one for each worker process.

Saxon kills a process that has threads, and does not start within the memory that `warm_up` leaves
to a worker: it lives in its own process, started when it is first needed (docs/facturx.md).
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO

from django.conf import settings

#: To start, compile the rules and judge: ten times what it takes on a busy machine.
_SECONDS = 90


class JudgeFailed(Exception):
    """The judge could not answer: nothing is known of the file, the work is to be done again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check refuses: its code, and what it says."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The faults of a file, none when it is valid, and the version of each thing that judged."""

    faults: tuple[Fault, ...]
    rules: dict[str, str]

    @property
    def is_valid(self) -> bool:
        return not self.faults


def verdict_on_pdf(content: bytes) -> Verdict:
    """Judge a Factur-X: container, XML, figures, page. Never called in the site's processes.

    :raises JudgeFailed: the program stopped, or said nothing in time.
    """
    return _judge().ask(b"P", content)


def verdict_on_xml(content: bytes) -> Verdict:
    """Judge an XML by itself; raises as `verdict_on_pdf`."""
    return _judge().ask(b"X", content)


class _Judge:
    """The program, started again when it has stopped: it does so by itself once idle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None

    def ask(self, kind: bytes, content: bytes) -> Verdict:
        with self._lock:
            try:
                return self._asked(kind, content)
            except (OSError, EOFError) as error:
                self.stop()
                raise JudgeFailed("the judge of electronic invoices stopped") from error

    def _asked(self, kind: bytes, content: bytes) -> Verdict:
        program = self._running()
        assert program.stdin is not None and program.stdout is not None
        program.stdin.write(kind + len(content).to_bytes(4) + content)
        program.stdin.flush()
        if not select.select([program.stdout], [], [], _SECONDS)[0]:
            raise EOFError
        said = json.loads(_exactly(program.stdout, int.from_bytes(_exactly(program.stdout, 4))))
        return Verdict(tuple(Fault(*fault) for fault in said["faults"]), said["rules"])

    def _running(self) -> subprocess.Popen[bytes]:
        if self._program is None or self._program.poll() is not None:
            self._program = subprocess.Popen(
                [sys.executable, "-m", "invoicing.documents.facturx.judge"],
                cwd=settings.BASE_DIR,
                env={},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._program

    def stop(self) -> None:
        if self._program is not None:
            self._program.kill()
            self._program.communicate()
            self._program = None


def _exactly(source: IO[bytes], count: int) -> bytes:
    said = source.read(count)
    if len(said) < count:
        raise EOFError
    return said


#: By process: a fork must not speak to the judge of the one it comes from.
_judges: dict[int, _Judge] = {}


def _judge() -> _Judge:
    return _judges.setdefault(os.getpid(), _Judge())

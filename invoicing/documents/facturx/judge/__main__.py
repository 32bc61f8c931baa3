"""Read files on the input, answer with verdicts on the output, until there is no more to read.

A file is one letter, P for a PDF or X for bare XML, its length on four bytes, its bytes; a verdict
is its length, then JSON: `{"faults": [[code, message]], "rules": {name: version}}`. One that
stays idle stops by itself: Saxon keeps 200 MB.
"""

from __future__ import annotations

import json
import resource
import select
import sys
import threading
from typing import IO

from invoicing.documents.facturx.judge.court import Court

IDLE_SECONDS = 300
#: A file takes well under a second of computing; what lasts is hostile or broken.
_SECONDS = 60
_MOST_BYTES = 40_000_000


def main() -> None:
    refuse_threads()
    _unbind()
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    court = Court()
    while _is_spoken_to(source) and (kind := source.read(1)):
        content = source.read(int.from_bytes(source.read(4)))
        assert len(content) <= _MOST_BYTES
        _bound_the_next()
        verdict = court.judge_pdf(content) if kind == b"P" else court.judge_xml(content)
        said = json.dumps(verdict, ensure_ascii=False).encode()
        answers.write(len(said).to_bytes(4) + said)
        answers.flush()


def refuse_threads() -> None:
    """Stop before Saxon is loaded, where a thread lives: it would kill the process later.

    :raises RuntimeError: this process has more than one thread.
    """
    others = [thread.name for thread in threading.enumerate()][1:]
    if others:
        raise RuntimeError(f"Saxon may not be loaded beside threads: {', '.join(others)}")


def _unbind() -> None:
    """Saxon reserves more addresses than a worker may have; it fills few of them."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _is_spoken_to(source: IO[bytes]) -> bool:
    return bool(select.select([source], [], [], IDLE_SECONDS)[0])


def _bound_the_next() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + _SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()

"""Keeps every mail of the demonstration in a folder, instead of sending it.

Run as `python -m cae.embedded.mail <port> <folder>`.
"""

import asyncio
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope


class Catcher:
    """Writes each mail as one .eml file, named after the instant it came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        instant = datetime.now(tz=UTC).strftime("%Y%m%d-%H%M%S")
        content = envelope.original_content or b""
        draft = self.folder / f"{instant}-{next(self._numbers):04}.part"
        draft.write_bytes(content)
        draft.replace(draft.with_suffix(".eml"))
        return "250 OK"


async def serve(port: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    catcher = Catcher(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(catcher, hostname="localhost", enable_SMTPUTF8=True), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))

"""What the logs may not keep: addresses that open something without a password."""

from __future__ import annotations

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

#: A public link, the link of a lost password, that of a new address.
_OPENS = re.compile(r"(/p/|/mot-de-passe/oublie/|/compte/adresse/)[^/\s?\"]*[-:\w][^/\s?\"]*")


def masked(text: str) -> str:
    """Return the text with every such token replaced by `…`."""
    return _OPENS.sub(r"\1…", text)


class NoTokens(logging.Filter):
    """Masks the tokens of a record, whoever wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (quiet := masked(said)) != said:
            record.msg, record.args = quiet, ()
        return True


class AccessLog(Logger):
    """Gunicorn's own lines, masked as well: `--logger-class cae.logs.AccessLog`."""

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = super().atoms(*args, **kwargs)
        return {k: masked(v) if isinstance(v, str) else v for k, v in found.items()}

"""How text is compared when it is searched: without accents, case or repeated spaces."""

import unicodedata


def folded(*texts: str) -> str:
    """Return one searchable line: `folded("Éditions", "ÉBÈNE")` is `editions ebene`."""
    plain = unicodedata.normalize("NFKD", " ".join(text for text in texts if text))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(letters.replace("œ", "oe").replace("Œ", "oe").lower().split())

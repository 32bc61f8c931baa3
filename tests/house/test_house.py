"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps

from cae.core.acts import ACTS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("cae", "accounting", "entrepreneurs", "invoicing", "payroll", "governance")
TOP = {
    "manage.py",
    "cae",
    "accounting",
    "entrepreneurs",
    "invoicing",
    "payroll",
    "governance",
    "templates",
    "static",
    "tests",
    "docs",
    "requirements",
    "pyproject.toml",
    "Makefile",
    "Dockerfile",
    "docker-compose.yml",
    "README.md",
}
#: Who may write for the cooperative on an entrepreneur's behalf, and why.
LIFTS_THE_NEIGHBOUR_WALL = {
    "accounting/queries/transfers.py": "a person is told where their own refund is",
    "invoicing/actions/account_changes.py": "the ledger an invoice moves in is of all",
    "invoicing/actions/attachments.py": "the bytes of a file may be those of another activity too",
    "invoicing/actions/folders.py": "the bytes of a file may be those of another activity too",
    "invoicing/actions/invoices/issuing.py": "an invoice follows those of all in series and chain",
    "invoicing/actions/credits.py": "what is given back follows the payments of all",
    "entrepreneurs/actions/insurances.py": "a certificate is kept for the cooperative too",
    "entrepreneurs/views/insurances.py": "a certificate of the cooperative is read by all",
    "invoicing/actions/retentions.py": "a release is in the ledger of the cooperative",
    "invoicing/actions/internal_orders.py": "the buyer's answer moves the seller's document",
    "invoicing/queries/internal_orders.py": "the names one may order for, and nothing else",
    "invoicing/actions/payments.py": "a payment follows those of all in its chain",
    "invoicing/actions/write_offs.py": "a small difference follows the payments of all",
    "accounting/actions/contributions.py": "what an activity owes is written by the cooperative",
    "accounting/actions/entries.py": "the ledger is written by the cooperative alone",
    "accounting/actions/matching.py": "the ledger is written by the cooperative alone",
    "accounting/queries/contributions.py": "the rule of one activity is looked up among all",
    "cae/api/base.py": "the nonces of the API are written by all and read by none",
    "cae/core/audit.py": "a trace is the cooperative's, about the entrepreneur",
    "cae/core/documents.py": "a file's row is written by the cooperative",
    "cae/core/numbering.py": "the series belongs to the cooperative",
    "cae/core/outbox.py": "the queue belongs to the cooperative",
    "cae/core/replay.py": "nonces are written by all and read by none",
    "cae/core/tenancy/context.py": "the definition",
    "payroll/queries/budgets.py": "a colleague's pay is added back before a budget is shared",
    "cae/core/tenancy/__init__.py": "the export",
}


#: Who speaks as another role than `cae_app`, and why.
SPEAKS_AS_ANOTHER_ROLE = {
    "cae/management/field_keys.py": "the owner alone may suspend the triggers of its tables",
    "cae/platform/census.py": "counts across cooperatives, as the role that only reads",
}


def sources(*suffixes: str) -> list[Path]:
    return sorted(
        path
        for app in APPS
        for path in (ROOT / app).rglob("*")
        if path.suffix in suffixes and "__pycache__" not in path.parts
    )


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_nothing_else_stands_at_the_top():
    import subprocess

    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    top = {path.split("/")[0] for path in tracked}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_no_room_is_called_utils():
    banned = {"utils", "helpers", "services", "manager", "managers", "misc", "common"}
    assert [name_of(p) for p in sources(".py") if p.stem in banned] == []


@cache
def text_of(path: Path) -> str:
    return path.read_text()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


def test_money_is_never_a_float():
    """No float literal and no float() in the code, but where a comment says why."""
    found = [
        f"{name_of(path)}:{line}"
        for path in sources(".py")
        if not _is_not_about_money(path)
        for line in _lines_of_floats(path)
    ]
    assert found == []


def _lines_of_floats(path: Path) -> Iterator[str]:
    lines = text_of(path).splitlines()
    for node in ast.walk(tree_of(path)):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_call = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "float"
        )
        if (is_literal or is_call) and "# float:" not in lines[node.lineno - 1]:
            yield f"{node.lineno}: {lines[node.lineno - 1].strip()}"


def _is_not_about_money(path: Path) -> bool:
    """Seconds and pixels may be floats: servers, and the geometry of charts."""
    return name_of(path) in {"cae/settings.py", "cae/embedded.py", "cae/bootstrap.py"} or (
        name_of(path).startswith("cae/embedded/")
    )


def that_say(pattern: str) -> Iterator[Path]:
    """Return the sources in which a regular expression is found."""
    said = re.compile(pattern)
    return (path for path in sources(".py") if said.search(text_of(path)))


def test_the_neighbour_wall_is_lifted_only_where_reviewed():
    lifting = {name_of(path) for path in that_say(r"\bas_cooperative\b")}
    assert lifting - LIFTS_THE_NEIGHBOUR_WALL.keys() == set()


def test_another_role_speaks_only_where_reviewed():
    """A connection by its name, or a manager that looks over the wall of the current tenant."""
    other_role = r"\busing\(|\busing=(?!self|None)|connections\[(?!\"default\")|\b_base_manager\b"
    speaking = {name_of(path) for path in that_say(other_role) if "migrations" not in path.parts}
    assert speaking - SPEAKS_AS_ANOTHER_ROLE.keys() == set()


def test_only_the_edge_reads_the_clock():
    """Rules, queries and actions receive the day; views, tasks and commands ask for it."""
    rooms = {"rules", "queries", "actions", "posting", "enums"}
    reading = [
        name_of(path)
        for path in that_say(r"\b(?:clock\.)?(?:date\.today|datetime\.now|clock\.today)\(")
        if rooms & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]
    assert reading == []


def test_nothing_happens_in_save_and_there_are_no_signals():
    saving = [
        f"{name_of(path)}:{node.lineno}: {node.name}"
        for path in sources(".py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert saving == []
    signals = that_say(r"\b(?:post|pre)_(?:save|delete|init)\b")
    assert [name_of(path) for path in signals] == []


def _public_functions() -> list[tuple[Path, ast.FunctionDef]]:
    found = []
    for path in sources(".py"):
        parts = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
        if not {"rules", "queries", "actions"} & parts:
            continue
        found += [
            (path, node)
            for node in tree_of(path).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
    return found


def test_public_rules_queries_and_actions_say_what_they_promise():
    mute = [
        f"{name_of(path)}:{node.name}"
        for path, node in _public_functions()
        if not ast.get_docstring(node)
    ]
    assert mute == []


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_templates_carry_nothing_inline():
    """The content security policy has no exception: no style, no script, no handler."""
    inline = re.compile(
        r"\sstyle=|<style\b|<script\b(?![^>]*\bsrc=)|\son[a-z]+=\"|hx-on|\|safe|autoescape off"
    )
    guilty = [
        f"{path.relative_to(ROOT)}: {found[0].strip()}"
        for path in TEMPLATES
        # What is printed or mailed is never served as a page.
        if not {"documents", "email"} & set(path.parts)
        for found in inline.finditer(text_of(path))
    ]
    assert guilty == []


def test_a_row_not_saved_yet_already_has_what_postgresql_would_give_it():
    """Else a preview prints the object that stands for it."""
    missing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in APPS
        for field in model._meta.local_concrete_fields
        if field.has_db_default() and not field.has_default()
    ]

    assert missing == []


def test_the_name_of_a_month_is_elided():
    """« d’avril », never « de avril »: `of_french_month` and `de_mois` know."""
    written = [*sources(".py"), *(ROOT / "templates").rglob("*.*")]
    after_de = re.compile(r"\bde (?:\{french_month\(|\{\{ [\w.]+\|mois \}\})")
    assert [p.name for p in written if after_de.search(p.read_text())] == []


def test_templates_count_in_french():
    """« 0 bulletin »: Django's `pluralize` begins the plural at nothing, French at two."""
    assert [p.name for p in TEMPLATES if "|pluralize" in p.read_text()] == []


def test_templates_keep_french_signs_with_their_word():
    """A no-break space before « : ; ! ? », and inside the quotation marks."""
    hidden = re.compile(r"\{#.*?#\}|\{%.*?%\}|<!--.*?-->", re.DOTALL)
    shown = re.compile(r"\{\{.*?\}\}", re.DOTALL)
    loose = re.compile(r"[\w»)%€X] [:;?!](?=\s|<|\"|$)|« | »")
    written = [p for p in (ROOT / "templates").rglob("*.*") if p.suffix in (".html", ".txt")]
    assert [
        p.name for p in written if loose.search(shown.sub("X", hidden.sub("", p.read_text())))
    ] == []


def test_every_trace_has_its_words():
    """What `audit.record` is told has a French name in cae/core/acts.py."""
    told = {
        call.args[0].value
        for path in sources(".py")
        for call in ast.walk(tree_of(path))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "audit.record"
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(told) > 60
    assert told - set(ACTS) == set()


def test_secrets_of_the_place_are_not_committed():
    """No path of a machine, no address of a package registry."""
    # Written apart, so that this file does not accuse itself.
    banned = ["/" + "work/", "pypi" + ".org", "registry.npmjs" + ".org", "sub" + "agent"]
    guilty = [
        f"{name_of(path)}: {word}"
        for folder in (*APPS, "templates", "static", "docs", "requirements", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in {".py", ".html", ".txt", ".md", ".css", ".toml"}
        for word in banned
        if word in path.read_text(errors="ignore")
    ]
    assert guilty == []

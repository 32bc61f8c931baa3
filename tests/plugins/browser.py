"""A real browser before a real server: fixtures for every test marked `browser`.

The site is gunicorn with the settings of production, on the database of the tests; Chromium is
the system's. A console error, a violation of the content security policy, a request that leaves
the machine or an unexpected failure of the server fails the test. docs/testing.md shows how to
write one.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cae import bootstrap
from tests.plugins import every_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
SCREENS = bootstrap.DEMO / "screens"
#: Pictures are for people: drawing four a page is a tenth of what browsers cost.
KEEPS_SCREENS = os.environ.get("CAE_SCREENS") == "1"
#: Starts a module with the clock of the tests.
AT_THE_DAY = (sys.executable, "-m", "tests.plugins.day")

WIDTHS = {1440: 900, 390: 844}
SCHEMES = ("light", "dark")
#: The rules of axe that a page must pass: WCAG 2.2 AA and the best practices.
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


# -- The servers -----------------------------------------------------------------------------


class Site:
    """The site under test: its address, the mails it sent, its log."""

    def __init__(self, url: str, mails: Path, log: Path, environment: dict[str, str]) -> None:
        self.url = url
        self.log = log
        self.environment = environment
        self._mails = mails

    def mails(self, to: str = "") -> list[EmailMessage]:
        """Return the mails sent so far, oldest first, to one address if given."""
        sent = [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(self._mails.glob("*.eml"))
        ]
        return [mail for mail in sent if to in str(mail["To"])]

    def wait_for_mail(self, to: str, *, about: str = "", seconds: int = 10) -> str:
        """Return the text of the last mail to an address, once its subject says `about`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for mail in reversed(self.mails(to)):
                if about in str(mail["Subject"]):
                    return mail.get_body(("plain",)).get_content()
            time.sleep(0.05)
        raise AssertionError(f"No mail to {to} about « {about} ». See {self.log}.")

    def forget_mails(self) -> None:
        for path in self._mails.glob("*.eml"):
            path.unlink()


@pytest.fixture(scope="session")
def site(django_db_setup, static_files, tmp_path_factory) -> Iterator[Site]:
    """gunicorn, and a mail server that keeps what it is given; both end with the tests."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("site")
    port, mail_port, directory_port = free_port(), free_port(), free_port()
    mails = folder / "mails"
    mails.mkdir()
    url = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cae.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        "CAE_FILES": str(folder / "files"),
        "SITE_URL": url,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "COMPANY_DIRECTORY_URL": f"http://127.0.0.1:{directory_port}",  # who needs it listens
        "CAE_DEMO": "1",  # only what belongs to a cooperative of demonstration differs
        "INSECURE_HTTP": "1",
        "DEBUG": "0",
        # Each visitor of the tests says its address, as behind a proxy: limits are theirs alone.
        "TRUSTED_PROXIES": "1",
    }
    log = folder / "site.log"
    mail = [sys.executable, "-m", "cae.embedded.mail", str(mail_port), str(mails)]
    web = [*AT_THE_DAY, "gunicorn", "cae.wsgi", "--no-control-socket"]
    web += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4"]
    with log.open("wb") as out:
        started = [
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
            )
            for command in (mail, web)
        ]
        try:
            _wait_until_it_answers(port, started[1], log)
            yield Site(url, mails, log, environment)
        finally:
            for process in started:
                end(process)


@pytest.fixture(scope="module")
def worker(site) -> Iterator[None]:
    """A Celery worker beside the site, for journeys that need what it makes.

    It ends with the file: it would take the work of later tests, and do it on files of its own.
    """
    is_ready = site.log.with_name("worker.ready")
    is_ready.unlink(missing_ok=True)
    command = [*AT_THE_DAY, "celery", "--app", "cae", "worker", "--concurrency", "1"]
    command += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    with site.log.with_name("worker.log").open("ab") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**site.environment, "CAE_READY_FILE": str(is_ready)},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            wait(lambda: is_ready.exists() or process.poll() is not None, seconds=60)
            assert process.poll() is None, site.log.with_name("worker.log").read_text()
            yield
        finally:
            end(process)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait(is_so: Callable[[], bool], *, seconds: int, every: float = 0.05) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(every)
    return False


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    def answers() -> bool:
        if process.poll() is not None:
            return True
        site = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            site.request("GET", "/static/icon.svg")
            return site.getresponse().status > 0
        except OSError:
            return False
        finally:
            site.close()

    answered = wait(answers, seconds=60)
    assert answered and process.poll() is None, log.read_text()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and those it started: it leads a group of its own."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# -- The browser -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    # Two cores for the browser, the site, its worker and PostgreSQL, often beside other tests.
    expect.set_options(timeout=10_000)

    # Playwright keeps an event loop in this thread; the ORM of the tests is not in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=bootstrap.chromium(),
            args=[
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--font-render-hinting=none",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


class Watch:
    """What went wrong in a browser while a test ran."""

    def __init__(self) -> None:
        self.troubles: list[str] = []
        self._allowed: list[str] = []

    def allow(self, *patterns: str) -> None:
        """Expect messages: `browser.watch.allow("status of 429")` before a refusal one wants."""
        self._allowed += patterns

    def unexpected(self) -> list[str]:
        return [
            trouble
            for trouble in self.troubles
            if not any(re.search(pattern, trouble) for pattern in self._allowed)
        ]

    def over(self, context: BrowserContext, *, home: str) -> None:
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.troubles.append(f"uncaught: {error.error}"))
        context.on("response", self._look)

        def stay_home(request: Any) -> None:
            # Chromium finds no other host: it is heard here, and goes nowhere. A route would
            # stop it too, and take the cache of the browser away from every page.
            if not request.url.startswith((f"{home}/", "data:", "blob:")):
                self.troubles.append(f"left the machine: {request.url}")

        context.on("request", stay_home)

    def _hear(self, message: Any) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            place = message.location.get("url", "")
            self.troubles.append(f"console: {message.text} ({place})")

    def _look(self, response: Any) -> None:
        if response.status >= 500:
            self.troubles.append(f"status of {response.status}: {response.url}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Every browser of the test is watched; what was not allowed fails it at its end."""
    watch = Watch()
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
def new_page(transactional_db, chromium, site, watch) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own: another person, another machine.

    `new_page(width=390, scheme="dark", java_script_enabled=False)` takes the options of
    Playwright's `new_context` too.
    """
    contexts = []

    def open_page(*, width: int = 1440, scheme: str = "light", **options: Any) -> Page:
        address = ".".join(str(random.randint(1, 254)) for _ in range(4))
        context = chromium.new_context(
            **{
                "base_url": site.url,
                "viewport": {"width": width, "height": WIDTHS.get(width, 900)},
                "color_scheme": scheme,
                "reduced_motion": "reduce",
                "locale": "fr-FR",
                "timezone_id": "Europe/Paris",
                "extra_http_headers": {"X-Forwarded-For": address},
                **options,
            }
        )
        context.set_default_timeout(10_000)
        context.set_default_navigation_timeout(30_000)
        watch.over(context, home=site.url)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page) -> Page:
    """A page at 1440 px, in light, nobody signed in."""
    return new_page()


@pytest.fixture
def sign_in(site) -> Callable[..., None]:
    """`sign_in(page, membership)`: the browser holds that person's session, no form filled."""

    def give_session(page: Page, person: Any) -> None:
        from django.conf import settings
        from django.contrib.sessions.backends.cached_db import SessionStore

        user = getattr(person, "user", person)
        session = SessionStore()
        now = time.time()
        session.update(
            {
                "_auth_user_id": str(user.pk),
                "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
                "_auth_user_hash": user.get_session_auth_hash(),
                "account_authentication_methods": [
                    {"method": "password", "at": now, "email": user.email, "reauthenticated": True}
                ],
                "account_authentication_methods_user": str(user.pk),
            }
        )
        session.save()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site.url}]
        )

    return give_session


# -- What a page must be -----------------------------------------------------------------------


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: no fault of accessibility in the page as it stands."""
    return check_with_axe


def check_with_axe(page: Page) -> None:
    page.wait_for_load_state()  # of a page that was only just pressed for
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate("source => (0, eval)(source)", AXE.read_text())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})"
        ".then(result => result.violations.map(v => v.id + ': ' + v.help + ' — '"
        " + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')))",
        list(AXE_TAGS),
    )
    viewport = page.viewport_size or {}
    assert found == [], f"{page.url} at {viewport.get('width')} px: {found}"
    every_page.note(page.url)


def each_look(page: Page) -> Iterator[tuple[int, str]]:
    """Give the page each width and each scheme in turn, then what it had."""
    before = page.viewport_size
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield width, scheme
    page.emulate_media(color_scheme=None)
    if before:
        page.set_viewport_size(before)


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """`screenshot(page, "devis")`: .demo/screens/devis-1440-light.png and its siblings."""

    def take(page: Page, name: str) -> None:
        for width, scheme in each_look(page):
            keep_screen(page, f"{name}-{width}-{scheme}")

    return take


def keep_screen(page: Page, name: str) -> None:
    if KEEPS_SCREENS:
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


@pytest.fixture
def look(screenshot) -> Callable[[Page, str], None]:
    """`look(page, "devis")`: four screenshots if asked, axe at both widths and in both schemes.

    Nothing may stick out at the right of a telephone.
    """

    def check(page: Page, name: str) -> None:
        page.wait_for_load_state()
        for width, scheme in each_look(page):
            keep_screen(page, f"{name}-{width}-{scheme}")
            if (width, scheme) in {(1440, "light"), (390, "dark")}:
                check_with_axe(page)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow == 0, f"{page.url} overflows by {overflow} px at {width} px"

    return check

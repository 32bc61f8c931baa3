"""With CI=true a skipped test is a failure: nothing may pass by not being run."""

import os
from collections.abc import Iterator

import pytest

IS_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure that says its reason; an expected failure stays one."""
    if not IS_CI or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"With CI=true a skipped test is a failure. {reason}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    _refuse(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    outcome = yield
    _refuse(outcome.get_result())

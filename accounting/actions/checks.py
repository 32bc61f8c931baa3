"""Run a check that PostgreSQL defers to the commit, while the role still sees every row."""

import pgtrigger


def check_now(trigger: str) -> None:
    """Check what was just written, then let the check be deferred again.

    At commit the role may see a part of the lines only, and would find them unbalanced.

    :param trigger: its address, such as `accounting.Entry:balances`.
    """
    pgtrigger.constraints(pgtrigger.Immediate, trigger, databases=["default"])
    pgtrigger.constraints(pgtrigger.Deferred, trigger, databases=["default"])

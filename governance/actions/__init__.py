from governance.actions.assemblies import (
    add_resolution,
    cancel_assembly,
    close_assembly,
    convene_assembly,
    open_assembly,
    prepare_assembly,
    record_attendance,
    record_result,
    set_decision_rule,
    withdraw_resolution,
)
from governance.actions.members import (
    admit_member,
    appoint,
    end_membership,
    refund_shares,
    release_shares,
    subscribe_shares,
)

__all__ = [
    "add_resolution",
    "admit_member",
    "appoint",
    "cancel_assembly",
    "close_assembly",
    "convene_assembly",
    "end_membership",
    "open_assembly",
    "prepare_assembly",
    "record_attendance",
    "record_result",
    "refund_shares",
    "release_shares",
    "set_decision_rule",
    "subscribe_shares",
    "withdraw_resolution",
]

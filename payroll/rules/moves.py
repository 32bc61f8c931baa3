"""Where a run may go from where it stands."""

from payroll.enums import RunStatus

#: Computing again after new people came takes a validated run back to work.
RUN_MOVES = {
    RunStatus.OPEN: {RunStatus.COMPUTED, RunStatus.VALIDATED, RunStatus.PAID},
    RunStatus.COMPUTED: {RunStatus.VALIDATED, RunStatus.PAID},
    RunStatus.VALIDATED: {RunStatus.COMPUTED, RunStatus.PAID},
    RunStatus.PAID: {RunStatus.COMPUTED, RunStatus.VALIDATED},
}

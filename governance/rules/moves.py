"""The moves of an assembly."""

from governance.enums import AssemblyStatus

MOVES: dict[AssemblyStatus, frozenset[AssemblyStatus]] = {
    AssemblyStatus.DRAFT: frozenset({AssemblyStatus.CONVENED, AssemblyStatus.CANCELLED}),
    AssemblyStatus.CONVENED: frozenset({AssemblyStatus.OPEN, AssemblyStatus.CANCELLED}),
    AssemblyStatus.OPEN: frozenset({AssemblyStatus.CLOSED}),
    AssemblyStatus.CLOSED: frozenset(),
    AssemblyStatus.CANCELLED: frozenset(),
}

from governance.models.assemblies import Assembly, DecisionRule, Elector, Resolution
from governance.models.members import Mandate, Member, MemberPeriod, ShareMovement

__all__ = [
    "Assembly",
    "DecisionRule",
    "Elector",
    "Mandate",
    "Member",
    "MemberPeriod",
    "Resolution",
    "ShareMovement",
]

"""Open a cooperative: its identity, its books, its rates, its roles, its first administrator.

Every app seeds its own tables; this calls them in one transaction.
"""

from cae.onboarding.opening import Administrator, Identity, equip, open_cooperative
from cae.onboarding.settings import update_settings

__all__ = ["Administrator", "Identity", "equip", "open_cooperative", "update_settings"]

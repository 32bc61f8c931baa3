"""Logins with what they need to enter, and the codes their telephone would show."""

from __future__ import annotations

import time

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from cae.core.models import Membership, User
from tests.makers import PASSWORD, make_membership

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_login(cooperative, role: str = "entrepreneur", email: str = "", **values) -> Membership:
    """A person who can sign in: a password, a confirmed address."""
    membership = make_membership(cooperative, role, email, **values)
    user = membership.user
    if not user.has_usable_password() or not user.password:
        user.set_password(PASSWORD)
        user.save()
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": True}
    )
    return membership


def give_app(user: User, secret: str = SECRET) -> None:
    """Activate an authentication application, with its recovery codes."""
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)


def code_now(secret: str = SECRET, *, ahead: int = 0) -> str:
    """The code an application shows, now or some periods from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))

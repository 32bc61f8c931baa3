"""Accounts of the platform: born from a command, never from a page."""

from __future__ import annotations

import logging

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from cae.core.accounts.demo import PLATFORM_ADMINISTRATOR
from cae.core.models import Membership, User
from cae.core.workflow import ActionRefused

logger = logging.getLogger(__name__)


@transaction.atomic
def invite_administrator(email: str) -> User:
    """Open an account of the platform and mail the link that chooses its password.

    Asked again before the password is chosen, it mails a new link. A mail that does not leave
    takes the account back.

    :raises ActionRefused: `invalid_email`, `has_a_place`, `login_closed`, `already_here`.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise ActionRefused(
            f"«\u00a0{email}\u00a0» n’est pas une adresse électronique.", code="invalid_email"
        ) from error
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, is_platform_admin=True)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    _check(user)
    send_mail(
        "Administrer la plateforme Alvéole",
        render_to_string("email/platform_invitation.txt", _invitation_of(user)),
        None,
        [user.email],
    )
    logger.info("Login %s invited to administer the platform", user.pk)
    return user


def seed_administrator() -> User:
    """Open the demonstration's account of the platform, if it is not there yet."""
    user = User.objects.filter(email=PLATFORM_ADMINISTRATOR).first()
    if user is None:
        user = User.objects.create_user(
            PLATFORM_ADMINISTRATOR, settings.DEMO_PASSWORD, is_platform_admin=True
        )
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def _check(user: User) -> None:
    if Membership.objects.filter(user=user).exists() or not user.is_platform_admin:
        raise ActionRefused(
            f"{user.email} a déjà un compte dans une coopérative. Un compte de la plateforme "
            "est à part\u00a0: donnez une autre adresse.",
            code="has_a_place",
        )
    if not user.is_active:
        raise ActionRefused(f"Le compte {user.email} est fermé.", code="login_closed")
    if user.has_usable_password():
        raise ActionRefused(
            f"{user.email} administre déjà la plateforme. Un mot de passe perdu se remplace "
            "depuis la page de connexion.",
            code="already_here",
        )


def _invitation_of(user: User) -> dict[str, object]:
    address = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(user),
            "key": default_token_generator.make_token(user),
        },
    )
    return {
        "link": settings.SITE_URL + address,
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "sign_in": settings.SITE_URL + reverse(settings.LOGIN_URL),
    }

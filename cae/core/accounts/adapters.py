"""What django-allauth asks us: who may sign up, what is said, how secrets are kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from cae.core import crypto
from cae.core.accounts import devices, fresh, second_factor

logger = logging.getLogger(__name__)

#: What the secrets of a login are sealed for.
SECRETS = "mfa.authenticator"


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[Mapping[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Ce compte est fermé. Écrivez à votre coopérative.",
        "email_password_mismatch": (
            "L’adresse ou le mot de passe n’est pas le bon. Vérifiez les deux, ou choisissez un "
            "nouveau mot de passe."
        ),
        "too_many_login_attempts": (
            "Trop d’essais manqués. Attendez cinq minutes avant de recommencer."
        ),
        "incorrect_password": "Ce mot de passe n’est pas le bon.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "incorrect_code": (
            "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant et recopiez-le."
        ),
        "rate_limited": "Trop d’essais à la fois. Attendez quelques minutes.",
        "duplicate_email": "C’est déjà l’adresse de ce compte.",
        "same_as_current": "C’est déjà l’adresse de ce compte.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        request.session["started_at"] = int(time.time())

    def logout(self, request: HttpRequest) -> None:
        devices.forget(request.session.session_key)
        super().logout(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in is not asked again on the next page."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        return required and not fresh.is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        said = {
            "reauthenticate": "Avec votre mot de passe",
            "mfa_reauthenticate": "Avec un code",
            "mfa_reauthenticate:webauthn": "Avec une clé d’accès",
        }
        return [
            {**method, "description": said[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Warn of a change already made: a mail that cannot leave does not undo it."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except ImmediateHttpResponse:
            logger.warning("A notification could not be mailed: %s", args[0])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.exception("The mail server refused %s", template_prefix)
            raise ImmediateHttpResponse(
                render(self.request, "account/mail_failed.html", status=503)
            ) from error


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[Mapping[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": (
            "Votre rôle demande un second facteur : ajoutez-en un autre avant de retirer celui-ci."
        ),
        "cannot_generate_recovery_codes": (
            "Les codes de secours remplacent un second facteur : ajoutez-en d’abord un."
        ),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text, place=SECRETS, tenant_id=crypto.PLATFORM)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text, place=SECRETS, tenant_id=crypto.PLATFORM)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not second_factor.is_last_required(authenticator)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "Ma clé d’accès" if count == 0 else f"Ma clé d’accès nº {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Alvéole"}

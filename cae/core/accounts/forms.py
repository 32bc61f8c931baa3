"""The forms of django-allauth in our words. They add no rule but one: a code serves once."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache

NEW_HINT = "Au moins 12 caractères : une phrase de quatre mots se retient mieux."


class _InOurWords(forms.Form):
    """Labels and hints by field name; no placeholder, since it vanishes when one types."""

    labels: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class LoginForm(_InOurWords, account.LoginForm):
    labels = {"login": "Adresse électronique", "password": "Mot de passe"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        # A link may bring the address, never the password.
        if self.request is not None and (email := self.request.GET.get("adresse")):
            self.initial.setdefault("login", email)


class ResetPasswordForm(_InOurWords, account.ResetPasswordForm):
    labels = {"email": "Adresse électronique"}


class ResetPasswordKeyForm(_InOurWords, account.ResetPasswordKeyForm):
    labels = {"password1": "Nouveau mot de passe", "password2": "Le même, une seconde fois"}
    hints = {"password1": NEW_HINT}


class SetPasswordForm(_InOurWords, account.SetPasswordForm):
    labels = ResetPasswordKeyForm.labels
    hints = ResetPasswordKeyForm.hints


class ChangePasswordForm(_InOurWords, account.ChangePasswordForm):
    labels = {"oldpassword": "Mot de passe actuel", **ResetPasswordKeyForm.labels}
    hints = ResetPasswordKeyForm.hints


class AddEmailForm(_InOurWords, account.AddEmailForm):
    labels = {"email": "Nouvelle adresse"}


class ReauthenticateForm(_InOurWords, account.ReauthenticateForm):
    labels = {"password": "Mot de passe"}


class _OnceOnly(_InOurWords):
    """A code read over a shoulder must not open a second session.

    django-allauth remembers a code for one period; with a tolerance of one period on each
    side, it lives for three.
    """

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        key = f"second-factor-used:{self.user.pk}:{code.replace(' ', '')}"  # type: ignore[attr-defined]
        periods = 2 * mfa_settings.TOTP_TOLERANCE + 1
        if not cache.add(key, True, timeout=periods * mfa_settings.TOTP_PERIOD):
            raise get_adapter().validation_error("incorrect_code")
        return code

    def _has(self, type: Authenticator.Type) -> bool:
        return Authenticator.objects.filter(user=self.user, type=type).exists()  # type: ignore[attr-defined]

    @property
    def has_app(self) -> bool:
        return self._has(Authenticator.Type.TOTP)


def _code(field: forms.Field) -> None:
    field.widget.attrs.update({"class": "code", "inputmode": "numeric", "maxlength": "12"})


class AuthenticateForm(_OnceOnly, mfa.AuthenticateForm):
    labels = {"code": "Code"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"])


class ReauthenticateCodeForm(_OnceOnly, mfa.ReauthenticateForm):
    labels = {"code": "Code"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"])


class ActivateTOTPForm(_InOurWords, totp.ActivateTOTPForm):
    labels = {"code": "Le code que l’application affiche"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"])


class AddPasskeyForm(_InOurWords, webauthn.AddWebAuthnForm):
    labels = {
        "name": "Nom de cette clé",
        "passwordless": "Me connecter sans mot de passe avec cette clé",
    }
    hints = {
        "name": "Pour la reconnaître : « Téléphone », « Ordinateur du bureau ».",
        "passwordless": (
            "Elle demande alors votre empreinte, votre visage ou un code. Décochez pour une clé "
            "USB simple."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        self.fields["name"].widget.attrs["maxlength"] = "60"


class RenamePasskeyForm(_InOurWords, webauthn.EditWebAuthnForm):
    labels = {"name": "Nom de cette clé"}

"""The pages of an account, each with a French address; what is not listed does not exist."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from cae.core.accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("connexion/", views.SignIn.as_view(), name="account_login"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("ferme/", account.account_inactive, name="account_inactive"),
    # Closed: its page says that an account is born from an invitation.
    path("ouvrir/", account.signup, name="account_signup"),
    path("confirmer/", account.reauthenticate, name="account_reauthenticate"),
    # The address
    path("adresse/", account.email, name="account_email"),
    path(
        "adresse/envoyee/", account.email_verification_sent, name="account_email_verification_sent"
    ),
    re_path(r"^adresse/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("sessions/", views.sessions, name="account_sessions"),
    # The password
    path("mot-de-passe/", account.password_change, name="account_change_password"),
    path("mot-de-passe/choisir/", account.password_set, name="account_set_password"),
    path("mot-de-passe/oublie/", account.password_reset, name="account_reset_password"),
    path(
        "mot-de-passe/oublie/envoye/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "mot-de-passe/oublie/fait/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/oublie/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    # The second factor
    path("second-facteur/", mfa.index, name="mfa_index"),
    path("second-facteur/requis/", views.second_factor_required, name="second_factor_required"),
    path("second-facteur/suite/", views.carry_on, name="carry_on"),
    path("second-facteur/verifier/", mfa.authenticate, name="mfa_authenticate"),
    path("second-facteur/confirmer/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-facteur/application/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-facteur/application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-facteur/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-facteur/codes/nouveaux/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-facteur/codes/telecharger/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("second-facteur/cles/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("second-facteur/cles/ajouter/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("second-facteur/cles/connexion/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "second-facteur/cles/confirmer/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-facteur/cles/<int:pk>/retirer/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("second-facteur/cles/<int:pk>/nom/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]

"""Addresses of settings, under /c/<slug>/reglages/."""

from django.urls import path

from cae.onboarding.views import (
    accounts,
    branches,
    colours,
    own_contributions,
    places,
    roles,
    settings,
)

app_name = "onboarding"

urlpatterns = [
    path("", settings.settings, name="settings"),
    path("contribution/", settings.new_contribution, name="contribution"),
    path(
        "contribution/enseignes/<int:pk>/",
        own_contributions.own_contribution,
        name="own_contribution",
    ),
    path(
        "contribution/enseignes/<int:pk>/nouvelle/",
        own_contributions.new_own_contribution,
        name="new_own_contribution",
    ),
    path(
        "contribution/enseignes/<int:pk>/commune/",
        own_contributions.follow_common,
        name="follow_common",
    ),
    path("couleur/", colours.colour, name="colour"),
    path("couleur/apercu/", colours.colour_preview, name="colour_preview"),
    path("couleur/apercu.css", colours.colour_stylesheet, name="colour_stylesheet"),
    path("roles/", roles.roles, name="roles"),
    path("roles/nouveau/", roles.new_role, name="new_role"),
    path("roles/<int:pk>/", roles.edit_role, name="edit_role"),
    path("comptes/bancaires/", accounts.bank_accounts, name="bank_accounts"),
    path("comptes/bancaires/nouveau/", accounts.new_bank_account, name="new_bank_account"),
    path("comptes/bancaires/<int:pk>/plan/", accounts.book_bank_account, name="book_account"),
    path("comptes/bancaires/<int:pk>/fermer/", accounts.close_bank_account, name="close_account"),
    path("antennes/", branches.branches, name="branches"),
    path("antennes/nouvelle/", branches.new_branch, name="new_branch"),
    path("antennes/<int:pk>/", branches.edit_branch, name="edit_branch"),
    path("antennes/<int:pk>/archiver/", branches.archive_branch, name="archive_branch"),
    path("antennes/<int:pk>/remettre/", branches.restore_branch, name="restore_branch"),
    path("acces/", places.access, name="access"),
    path("acces/inviter/", places.invite, name="invite"),
    path("acces/<int:pk>/role/", places.change_role, name="change_role"),
    path("acces/<int:pk>/fermer/", places.close_place, name="close_place"),
    path("acces/<int:pk>/rouvrir/", places.open_place, name="open_place"),
    path("invitations/<int:pk>/renvoyer/", places.resend, name="resend"),
    path("invitations/<int:pk>/retirer/", places.withdraw, name="withdraw"),
    path("<slug:section>/", settings.edit_settings, name="edit_settings"),
]

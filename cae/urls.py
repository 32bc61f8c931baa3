"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from accounting.urls import urlpatterns as books
from cae.api import keys
from cae.home import entrance, exports, nights, treasury
from cae.home.help import questions
from cae.home.search import search
from cae.home.simulator import simulation
from entrepreneurs.views import invitation
from invoicing.urls import public_urls

#: The books, and what they say to each activity: that part is the roof's, it asks the people too.
ledger: list[URLPattern | URLResolver] = [
    path("tresorerie/", treasury.treasury, name="treasury"),
    path("tresorerie/releve.csv", treasury.treasury_csv, name="treasury_csv"),
    path("tresorerie/mouvements/<int:pk>/", treasury.movement, name="movement"),
    path("tresorerie/enseignes/<int:pk>/", treasury.activity_treasury, name="activity_treasury"),
    path(
        "tresorerie/enseignes/<int:pk>/releve.csv",
        treasury.activity_treasury_csv,
        name="activity_treasury_csv",
    ),
    path(
        "tresorerie/enseignes/<int:pk>/mouvements/<int:entry_pk>/",
        treasury.activity_movement,
        name="activity_movement",
    ),
    *books,
]

#: Inside a cooperative: each view states who may (`@requires`).
place: list[URLPattern | URLResolver] = [
    path("", entrance.home, name="home"),
    path("aide/", questions, name="help"),
    path("recherche/", search, name="search"),
    path("simulation/<int:pk>/", simulation, name="simulation"),
    path("cles-api/", keys.keys, name="api_keys"),
    path("cles-api/<int:pk>/revoquer/", keys.revoke_key, name="api_key_revoke"),
    path("exports/", exports.exports, name="exports"),
    path("exports/etat/", exports.exports_state, name="exports_state"),
    path("exports/<int:pk>/", exports.download_export, name="export_download"),
    path("controles/", nights.checks, name="checks"),
    path("", include("entrepreneurs.urls")),
    path("", include("invoicing.urls")),
    path("", include("payroll.urls")),
    path("", include("governance.urls")),
    path("reglages/", include("cae.onboarding.urls")),
    path("", include((ledger, "accounting"))),
]

urlpatterns = [
    path("", entrance.entrance, name="entrance"),
    path("place/<int:pk>/", entrance.change_place, name="change_place"),
    path("sante/", entrance.health, name="health"),
    path("", include("cae.core.urls")),
    path("compte/", include("cae.core.accounts.urls")),
    path("api/v1/", include("cae.api.urls")),
    path("plateforme/", include("cae.platform.urls")),
    path("c/<slug:slug>/", include(place)),
    path("p/<str:token>/invitation/", invitation, name="invitation"),
    path("p/<str:token>/devis/", include(public_urls)),
]

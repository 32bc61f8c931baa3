"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from cae.home import entrance
from cae.home.simulator import simulation
from cae.onboarding.urls import platform
from entrepreneurs.views import invitation

#: Inside a cooperative: each view states who may (`@requires`).
place: list[URLPattern | URLResolver] = [
    path("", entrance.home, name="home"),
    path("simulation/<int:pk>/", simulation, name="simulation"),
    path("", include("entrepreneurs.urls")),
    path("", include("invoicing.urls")),
    path("", include("governance.urls")),
    path("reglages/", include("cae.onboarding.urls")),
]

urlpatterns = [
    path("", entrance.entrance, name="entrance"),
    path("place/<int:pk>/", entrance.change_place, name="change_place"),
    path("sante/", entrance.health, name="health"),
    path("", include("cae.core.urls")),
    path("compte/", include("cae.core.accounts.urls")),
    path("api/v1/", include("cae.api.urls")),
    path("plateforme/", include(platform)),
    path("c/<slug:slug>/", include(place)),
    path("p/<str:token>/invitation/", invitation, name="invitation"),
]

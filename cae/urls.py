"""Every address of the product."""

from django.urls import include, path

from cae import home

#: Inside a cooperative: each view states who may (`@requires`).
place = [
    path("", home.home, name="home"),
]

urlpatterns = [
    path("", home.entrance, name="entrance"),
    path("place/<int:pk>/", home.change_place, name="change_place"),
    path("sante/", home.health, name="health"),
    path("", include("cae.core.urls")),
    path("compte/", include("allauth.urls")),
    path("c/<slug:slug>/", include(place)),
]

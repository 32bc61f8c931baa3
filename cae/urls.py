"""Every address of the product."""

from django.urls import include, path

urlpatterns = [
    path("", include("cae.core.urls")),
    path("compte/", include("allauth.urls")),
]

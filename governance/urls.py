"""Addresses of cooperative life, under /c/<slug>/."""

from django.urls import path

from governance import views

app_name = "governance"

urlpatterns = [
    path("associes/", views.members, name="members"),
    path("associes/<int:pk>/", views.member, name="member"),
    path("assemblees/", views.assemblies, name="assemblies"),
    path("assemblees/<int:pk>/", views.assembly, name="assembly"),
]

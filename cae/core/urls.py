from django.urls import path

from cae.core import theme, views

urlpatterns = [
    path("apparence/", views.appearance, name="appearance"),
    path("theme/<slug:slug>.css", theme.theme, name="theme"),
    path("composants/", views.components, name="components"),
]

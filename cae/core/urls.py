from django.urls import path

from cae.core import views

urlpatterns = [
    path("apparence/", views.appearance, name="appearance"),
    path("composants/", views.components, name="components"),
]

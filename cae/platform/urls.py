"""Addresses of the platform, under /plateforme/; each view is decorated with `platform_only`."""

from django.urls import path

from cae.onboarding.views import wizard
from cae.platform import views

app_name = "platform"

urlpatterns = [
    path("cooperatives/", views.cooperatives, name="cooperatives"),
    path("cooperatives/nouvelle/", wizard.start, name="new"),
    path("cooperatives/nouvelle/<slug:step>/", wizard.step, name="step"),
    path("sante/", views.health, name="health"),
]

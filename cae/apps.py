from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "cae"
    verbose_name = "Alvéole"

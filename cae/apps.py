from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "cae"
    verbose_name = "Alvéole"

    def ready(self) -> None:
        from cae.celery import app

        app.set_default()  # in every thread: a page sends its tasks through this broker

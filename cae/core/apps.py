from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "cae.core"
    label = "core"
    verbose_name = "Socle"

    def ready(self) -> None:
        from cae.core.tenancy import checks  # noqa: F401  (registers the system checks)

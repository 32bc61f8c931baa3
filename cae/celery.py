"""The Celery application: web enqueues, worker executes, beat rings each minute."""

import os
from pathlib import Path
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cae.settings")

app = Celery("cae", task_cls="cae.core.tenancy.tasks:TenantTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    ["cae.core", "cae.management", "accounting", "entrepreneurs", "invoicing", "payroll"]
)


@signals.celeryd_init.connect
def look_before_serving(**kwargs: Any) -> None:
    from cae.startup import refuse_to_serve_half_ready

    refuse_to_serve_half_ready(makes_documents=True)


@signals.worker_process_init.connect
def prepare_documents(**kwargs: Any) -> None:
    from cae.core.pdf import warm_up

    warm_up()


@signals.worker_ready.connect
def say_ready(**kwargs: Any) -> None:
    """Leave a file for whoever waits for this worker: the supervisor, a health check."""
    if path := os.environ.get("CAE_READY_FILE"):
        Path(path).touch()

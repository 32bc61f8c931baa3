"""The Celery application: web enqueues, worker executes, beat rings each minute."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cae.settings")

app = Celery("cae", task_cls="cae.core.tenancy.tasks:TenantTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["cae.core", "accounting", "entrepreneurs", "invoicing", "payroll"])

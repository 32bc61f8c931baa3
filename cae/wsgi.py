"""The web process: `gunicorn cae.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cae.settings")

application = get_wsgi_application()

from cae.startup import refuse_to_serve_half_ready  # noqa: E402  (it needs Django ready)

refuse_to_serve_half_ready()

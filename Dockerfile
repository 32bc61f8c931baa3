FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /srv/cae/.venv
COPY requirements/production.txt /tmp/production.txt
RUN /srv/cae/.venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /tmp/production.txt

# What judges electronic invoices weighs 160 MB: for workers alone.
FROM build AS build-worker
COPY requirements/worker.txt /tmp/worker.txt
RUN /srv/cae/.venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /tmp/worker.txt

FROM debian:bookworm-slim AS web
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        python3 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /srv/cae --shell /usr/sbin/nologin cae \
    && install --directory --owner cae --group cae /srv/cae/files /run/cae
WORKDIR /srv/cae
COPY --from=build /srv/cae/.venv .venv
COPY . .
ENV PATH=/srv/cae/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CAE_BOOTSTRAP=off \
    CAE_FILES=/srv/cae/files \
    STATIC_ROOT=/srv/cae/static-collected
# The files need no database and no secret.
RUN python manage.py collectstatic --no-input && python -m compileall -q .
USER cae
VOLUME /srv/cae/files
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/sante/'); exit(c.getresponse().status >= 500)"]
CMD ["gunicorn", "cae.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--worker-class", "gthread", "--threads", "4", "--worker-tmp-dir", "/dev/shm", \
     "--no-control-socket", "--access-logfile", "-", \
     "--logger-class", "cae.logs.AccessLog"]

# The same, to which docker-compose.yml gives the command of a worker.
FROM web AS worker
COPY --from=build-worker /srv/cae/.venv .venv
HEALTHCHECK NONE

# For those who work on the code. To run the product or its tests: python3 manage.py demo, test.

PYTHON := .venv/bin/python
GROUPS := worker embedded test check bench installer
COMPILE := uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.PHONY: check fix bench lock environment

check: environment
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m djlint templates --check --quiet
	$(PYTHON) -m djlint templates --lint --quiet
	@# Without a database: whether the models are all migrated, not whether one is up to date.
	PYTHONWARNINGS=ignore::RuntimeWarning $(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check --deploy --fail-level WARNING

fix: environment
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	$(PYTHON) -m djlint templates --reformat --quiet

bench: environment
	$(PYTHON) manage.py test tests/bench

environment:
	@python3 manage.py doctor check bench > /dev/null || python3 manage.py doctor

# The lock: every version with its hashes, and no download address, so any mirror serves it.
# All groups are solved together first, so that a package has one version everywhere.
# `make lock UPGRADE=--upgrade` takes the newest versions.
lock:
	$(COMPILE) $(UPGRADE) pyproject.toml $(foreach g,$(GROUPS),--group pyproject.toml:$(g)) \
		$(if $(UPGRADE),,-c requirements/production.txt $(foreach g,$(GROUPS),$(addprefix -c ,$(wildcard requirements/$(g).txt)))) \
		-o /tmp/cae-lock.txt
	$(COMPILE) pyproject.toml -c /tmp/cae-lock.txt -o requirements/production.txt
	for group in $(GROUPS); do \
		$(COMPILE) --group pyproject.toml:$$group -c /tmp/cae-lock.txt \
			-o requirements/$$group.txt || exit 1; \
	done

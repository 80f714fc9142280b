# Two commands: `make run` opens the app, `make test` checks everything. Each installs what it needs into .venv.

PYTHON  ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
             $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN     := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
SOURCES := app.py serve.py pages core figures ui network sandbox training bench tests

.PHONY: run serve test slow check browser proxy bench fuzz train evaluate lock text clean

run: .venv/app
	$(BIN)/streamlit run app.py

# As a public server, with the settings of deploy/public.env (docs/hosting.md).
serve: .venv/app
	$(BIN)/python serve.py

test: .venv/dev browser proxy check
	$(BIN)/python -m pytest

# What takes too long for every change: minutes each.
slow: .venv/dev browser proxy
	$(BIN)/python -m pytest -m slow

check: .venv/dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy core figures

bench: .venv/dev browser
	$(BIN)/python -m bench

# Each parser under a coverage-guided fuzzer, SECONDS each; what it finds lies in build/ and becomes a test.
SECONDS ?= 600
fuzz: .venv/dev
	for one in $$($(BIN)/python -c 'from tests.fuzz.targets import NAMES; print(*NAMES)'); do \
	  $(BIN)/python -m tests.fuzz.targets $$one $(SECONDS) || exit 1; done

# A browser for the browser tests: one that is there, else Debian's, else Playwright's own.
browser: .venv/dev
	@tests/find-browser >/dev/null 2>&1 \
	  || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	       && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null \
	       && { apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null || true; }; } \
	  || $(BIN)/python -m playwright install --with-deps chromium

# nginx for the tests of the hosted app; where it cannot be installed, those tests say so and are left out.
proxy:
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx \
	  || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	       && apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light >/dev/null; } \
	  || echo "nginx is not here and cannot be installed: the tests that need it are left out."

# The shipped network, from nothing (about 30 minutes on 2 cores), and its figures.
train: .venv/dev
	TF_CPP_MIN_LOG_LEVEL=2 $(BIN)/python -m training.train

evaluate: .venv/dev
	TF_CPP_MIN_LOG_LEVEL=2 $(BIN)/python -m training.evaluate

# Pins with hashes for every platform. Needs uv.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.txt -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.txt -o requirements-dev.lock

# Collects new strings into the catalogue and compiles it; a test fails while a string is missing or unused.
CATALOGUE := ui/locales/zh/LC_MESSAGES/mergescope
text: .venv/dev
	mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k "t Sentence _ invalid_request" --no-location --sort-output --omit-header -o build/mergescope.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i build/mergescope.pot -o $(CATALOGUE).po -l zh
	$(BIN)/pybabel -q compile -i $(CATALOGUE).po -o $(CATALOGUE).mo

.venv/python:
	@test -n "$(PYTHON)" || { echo "Mergescope needs Python 3.11, 3.12 or 3.13 (TensorFlow has no newer wheels)."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/app: requirements.lock | .venv/python
	$(INSTALL) -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock | .venv/python
	$(INSTALL) -r requirements-dev.lock
	@touch $@ .venv/app

clean:
	rm -rf .venv build .mypy_cache .pytest_cache .ruff_cache .hypothesis

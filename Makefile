# `make` lists the targets. Each target installs what it needs, into .venv and node_modules.

PYTHON  ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
             $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN     := .venv/bin
QUICK   := .venv/quick
TORCH   := .venv/torch
PIP     := -m pip install --quiet --disable-pip-version-check --require-hashes
SOURCES := app.py serve.py pages core figures mergescope ui network sandbox survey training bench
WORKERS ?= 3
unexport PYTHONDONTWRITEBYTECODE  # else each process of the tests compiles every file again
PYTEST  := python -m pytest -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run serve quick test slow torch js check format coverage browser proxy bench fuzz train evaluate lock text clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: .venv/app ## Open the app
	$(BIN)/streamlit run app.py

serve: .venv/app ## Serve the app to other machines, with the settings of deploy/public.env (docs/hosting.md)
	$(BIN)/python serve.py

quick: $(QUICK)/installed ## Run the tests that need neither TensorFlow nor a browser nor a server (about a minute)
	$(QUICK)/bin/$(PYTEST) -m "not keras and not browser and not server and not slow"

test: .venv/dev browser proxy check js ## Run everything: lint, types, JavaScript tests, Python tests (about ten minutes)
	$(BIN)/$(PYTEST)

slow: .venv/dev browser proxy ## Run the tests that take minutes each
	$(BIN)/$(PYTEST) -m slow

# TORCH_FROM holds options for pip: the usual wheel for Linux takes gigabytes, and PyTorch's own index has one for the CPU.
# With any of them, requirements-torch.txt is installed instead of its lock, whose hashes are those of the usual wheels.
ANSWERS := tests/core/merges/backends/answers/torch.npz
torch: $(TORCH)/installed ## Compare with PyTorch and with the gates of its libraries, in an environment of its own
	@mkdir -p build
	KERAS_BACKEND=torch $(TORCH)/bin/python -m tests.core.merges.backends.recording torch 6000 build/torch.npz
	$(TORCH)/bin/python -m tests.core.merges.backends.comparing build/torch.npz $(ANSWERS) \
	  || { echo "To accept the new answers: cp build/torch.npz $(ANSWERS)"; exit 1; }
	$(TORCH)/bin/python -m pytest -p no:cacheprovider tests/mergescope/test_torch.py tests/core/merges/test_snippets.py -k torch
	$(TORCH)/bin/python -m tests.core.gates.record_references

js: ## Run the JavaScript tests; they need Node 20 or newer and are skipped without it
	@if command -v node >/dev/null; then node --test tests/js/*.test.mjs; \
	  else echo "Skipped: the JavaScript tests need Node (20 or newer), which is not installed."; fi

check: .venv/dev node_modules/.installed ## Check style and types of Python and JavaScript
	$(BIN)/ruff check $(SOURCES) tests docs
	$(BIN)/ruff format --check $(SOURCES) tests docs
	$(BIN)/mypy
	@if test -d node_modules/typescript; then npm run --silent check; \
	  else echo "Skipped: the checks of the JavaScript need npm, which is not installed."; fi

format: .venv/dev node_modules/.installed ## Format Python and JavaScript
	$(BIN)/ruff check --fix --quiet $(SOURCES) tests docs
	$(BIN)/ruff format $(SOURCES) tests docs
	@if test -d node_modules/prettier; then npm run --silent format; fi

coverage: .venv/dev browser proxy ## Run the Python tests and report which lines they do not reach
	$(BIN)/$(PYTEST) --cov --cov-report=term:skip-covered --cov-report=html:build/coverage

bench: .venv/dev browser ## Measure speed as ratios against a baseline
	$(BIN)/python -m bench

# What the fuzzer finds is written to build/; turn it into a test.
SECONDS ?= 600
fuzz: .venv/dev ## Run each parser under a coverage-guided fuzzer, SECONDS each (600)
	for one in $$($(BIN)/python -c 'from tests.fuzz.targets import NAMES; print(*NAMES)'); do \
	  $(BIN)/python -m tests.fuzz.targets $$one $(SECONDS) || exit 1; done

browser: .venv/dev ## Install a browser for the browser tests: an installed one, else Debian's, else Playwright's
	@tests/find-browser >/dev/null 2>&1 \
	  || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	       && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null \
	       && { apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null || true; }; } \
	  || $(BIN)/python -m playwright install --with-deps chromium

proxy: ## Install nginx for the hosting tests; where that is impossible, they are skipped
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx \
	  || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	       && apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light >/dev/null; } \
	  || echo "nginx is not installed: the tests that need it are skipped."

train: .venv/dev ## Train the shipped network from scratch (about 30 minutes on 2 cores)
	TF_CPP_MIN_LOG_LEVEL=2 $(BIN)/python -m training.train

evaluate: .venv/dev ## Evaluate the shipped network and write assets/CARD.md
	TF_CPP_MIN_LOG_LEVEL=2 $(BIN)/python -m training.evaluate

COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url
lock: ## Pin all requirements with hashes, for every platform (needs uv and npm)
	$(COMPILE) requirements-dev.txt -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock requirements.txt -o requirements.lock
	$(COMPILE) -c requirements-dev.lock requirements-quick.txt -o requirements-quick.lock
	$(COMPILE) -c requirements-dev.lock requirements-jax.txt -o requirements-jax.lock
	$(COMPILE) -c requirements-dev.lock requirements-torch.txt -o requirements-torch.lock
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

# A test fails while a string of the code is missing in the catalogue or no longer used.
CATALOGUE := ui/locales/zh/LC_MESSAGES/mergescope
text: .venv/dev ## Collect new strings into the Chinese catalogue and compile it
	mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k "t Sentence _ invalid_request" --no-location --sort-output --omit-header -o build/mergescope.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i build/mergescope.pot -o $(CATALOGUE).po -l zh
	$(BIN)/pybabel -q compile -i $(CATALOGUE).po -o $(CATALOGUE).mo

clean: ## Delete everything that the targets install or build
	rm -rf .venv node_modules build .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The installed environments; each stamp is newer than the lock file it was made from.

.venv/python:
	@test -n "$(PYTHON)" || { echo "Mergescope needs Python 3.11, 3.12 or 3.13 (TensorFlow has no newer wheels)."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/app: requirements.lock | .venv/python
	$(BIN)/python $(PIP) -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock | .venv/python
	$(BIN)/python $(PIP) -r requirements-dev.lock
	@touch $@ .venv/app

$(QUICK)/installed: requirements-quick.lock
	@test -n "$(PYTHON)" || { echo "Mergescope needs Python 3.11, 3.12 or 3.13 (TensorFlow has no newer wheels)."; exit 1; }
	$(PYTHON) -m venv $(QUICK)
	$(QUICK)/bin/python $(PIP) -r requirements-quick.lock
	@touch $@

$(TORCH)/installed: requirements-torch.lock
	@test -n "$(PYTHON)" || { echo "Mergescope needs Python 3.11, 3.12 or 3.13 (TensorFlow has no newer wheels)."; exit 1; }
	$(PYTHON) -m venv $(TORCH)
	$(if $(TORCH_FROM),$(TORCH)/bin/python -m pip install --quiet $(TORCH_FROM) -r requirements-torch.txt,$(TORCH)/bin/python $(PIP) -r requirements-torch.lock)
	@touch $@

node_modules/.installed: package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --ignore-scripts --no-audit --no-fund && touch $@; fi

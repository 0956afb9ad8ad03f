# Two commands are the whole set-up: `make report` and `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

# Two workers on two cores, and a fixed order of summation.
export OPENBLAS_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: report site test check environment lock screenshots clean

report: $(READY)  ## evaluate the Medicaid expansion and print the paths of its HTML page and PDF
	@$(BIN)/pilotbook render medicaid-2014-mortality

site: $(READY)  ## build the website from the committed releases into _site
	@$(BIN)/pilotbook site

test: check  ## linters, type checks and the whole test suite
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term
	$(BIN)/python -m pytest --nbval-lax analysis -p no:cacheprovider

check: $(READY)  ## linters and type checks alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

environment: $(READY)  ## the Python environment, from requirements.lock

# Compiled at the end, because pip leaves that out where PYTHONDONTWRITEBYTECODE is set, and then every kernel would
# compile what it imports anew.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j $(JOBS) $(VENV)/lib analysis >/dev/null 2>&1 || true
	@touch $@

lock:  ## remake requirements.lock from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --all-extras --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock

screenshots: report site  ## remake the pictures of README.md (needs Chromium)
	$(BIN)/python docs/screenshots.py

clean:  ## remove what was made, but not the environment
	rm -rf _build _site chapters .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis

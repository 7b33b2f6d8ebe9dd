# Two commands on a fresh machine: `make edition` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(or $(shell command -v uv 2>/dev/null),$(BIN)/uv)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python
LOCKED = $(INSTALL) --no-deps --require-hashes --only-binary :all:
DEMO := data/demo

# what is installed is compiled by what first imports it; some machines forbid to keep that, and each of
# the many processes would compile it again
export PYTHONDONTWRITEBYTECODE =

.PHONY: edition test test-all check notebooks coverage bench reference lab nbdime lock clean
edition: $(DEMO)/store/ledger.json ## demonstration data, executed and published
	$(BIN)/observ edition --data $(DEMO)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(BIN)/uv: | $(BIN)/python # where it is not on PATH
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python $(UV) # what an edition needs
	$(LOCKED) -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed requirements-test.lock | $(UV) # what the tests need besides
	$(LOCKED) -r requirements-test.lock
	@touch $@

# the demonstration exports, and the store made of them; remade when the library or what is invented changes, and not for
# the reason of a revision, which would have nothing left to explain
$(DEMO)/store/ledger.json: $(VENV)/.installed $(shell find src tools/demo data/catalogue data/formats $(DEMO)/catalogue $(DEMO)/expectations ! -name revisions.yml \( -name '*.py' -o -name '*.yml' \) 2>/dev/null)
	rm -rf $(DEMO)/store $(DEMO)/published
	$(BIN)/python -m tools.demo $(DEMO)/raw
	$(BIN)/observ ingest $(DEMO)/raw --data $(DEMO)
	@touch $@

test: SELECT := -m "not slow" --hypothesis-profile=quick
test test-all: check ## the tests; with its slow ones, all that continuous integration asks
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(SELECT) \
		--nbval --nbval-current-env --nbval-sanitize-with tests/notebooks/sanitize.cfg

check: $(VENV)/.tested $(DEMO)/store/ledger.json
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: $(DEMO)/store/ledger.json ## execute the committed notebooks in place, on the demonstration data
	$(BIN)/python -m observlib.edition.new_study

coverage: $(VENV)/.tested ## how often intervals hold the truth, over demonstrations drawn again (half an hour; PARTS="months raked")
	$(BIN)/python -m tools.coverage $(PARTS)

bench: $(VENV)/.lab $(DEMO)/store/ledger.json ## ratios to what one would run instead: benchmarks/REPORT.md (an hour; ARGS="--quick editions")
	$(BIN)/python benchmarks/report.py $(ARGS)

reference: $(VENV)/.tested ## renew docs/reference from the code
	$(BIN)/python -m tools.reference

$(VENV)/.lab: $(VENV)/.tested requirements-lab.lock
	$(LOCKED) -r requirements-lab.lock
	@touch $@

# Jupyter refuses root unless told; ARGS are its own options
lab: $(VENV)/.lab ## JupyterLab, to write a study; first, which notebooks show what is no longer
	@$(BIN)/observ status --notebooks || true
	$(BIN)/jupyter lab notebooks $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

# by absolute paths: git finds them though the environment is not activated
nbdime: $(VENV)/.lab ## have git compare and merge notebooks cell by cell, in this clone
	git config diff.jupyternotebook.command "'$(CURDIR)/$(BIN)/git-nbdiffdriver' diff"
	git config merge.jupyternotebook.driver "'$(CURDIR)/$(BIN)/git-nbmergedriver' merge %O %A %B %L %P"
	git config merge.jupyternotebook.name "notebooks, cell by cell"

LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all:
lock: ## renew the lock files
	$(LOCK) --extra text --group build pyproject.toml -o requirements.lock
	$(LOCK) --extra test -c requirements.lock pyproject.toml -o requirements-test.lock
	$(LOCK) --extra lab -c requirements-test.lock pyproject.toml -o requirements-lab.lock
	echo uv | $(LOCK) - -o requirements-uv.lock

# what was published stays: it is the only archive of former editions
clean:
	@git config --remove-section diff.jupyternotebook 2>/dev/null || true
	@git config --remove-section merge.jupyternotebook 2>/dev/null || true
	rm -rf $(VENV) $(DEMO)/raw $(DEMO)/store $(DEMO)/published $(DEMO)/identifiers reports/_failed reports/_rendered notebooks/_rendered reports/.kept reports/.preview

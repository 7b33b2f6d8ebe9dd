# Two commands on a fresh machine: `make edition` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
DEMO := data/demo
BYTECODE ?= --compile-bytecode

ifdef UV
CREATE := $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
INSTALL := $(UV) pip install --quiet $(BYTECODE) --python $(BIN)/python
else
CREATE := $(PYTHON) -m venv $(VENV)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: edition test test-all check notebooks coverage bench reference lab nbdime lock clean
edition: $(DEMO)/store/ledger.json ## demonstration data, executed and published
	$(BIN)/observ edition --data $(DEMO)

$(VENV)/.installed: requirements.lock pyproject.toml
	$(CREATE)
	$(INSTALL) --require-hashes --only-binary :all: -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# the demonstration exports, and the store made of them; remade when the library or what is invented changes, and not for
# the reason of a revision, which would have nothing left to explain
$(DEMO)/store/ledger.json: $(VENV)/.installed $(shell find src tools/demo data/catalogue data/formats $(DEMO)/catalogue $(DEMO)/expectations ! -name revisions.yml \( -name '*.py' -o -name '*.yml' \) 2>/dev/null)
	rm -rf $(DEMO)/store $(DEMO)/published
	$(BIN)/python -m tools.demo $(DEMO)/raw
	$(BIN)/observ ingest $(DEMO)/raw --data $(DEMO)
	@touch $@

# some machines forbid to keep compiled code, which each of the many processes would then compile
test test-all: export PYTHONDONTWRITEBYTECODE =
test: SELECT := -m "not slow" --hypothesis-profile=quick
test test-all: check ## the tests; with its slow ones, all that continuous integration asks
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(SELECT) \
		--nbval --nbval-current-env --nbval-sanitize-with tests/notebooks/sanitize.cfg

check: $(VENV)/.installed $(DEMO)/store/ledger.json
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: $(DEMO)/store/ledger.json ## execute the committed notebooks in place, on the demonstration data
	$(BIN)/python -m observlib.edition.new_study

coverage: $(VENV)/.installed ## how often intervals hold the truth, over demonstrations drawn again (half an hour; PARTS="months raked")
	$(BIN)/python -m tools.coverage $(PARTS)

bench: $(VENV)/.lab $(DEMO)/store/ledger.json ## ratios to what one would run instead: benchmarks/REPORT.md (an hour; ARGS="--quick editions")
	$(BIN)/python benchmarks/report.py $(ARGS)

reference: $(VENV)/.installed ## renew docs/reference from the code
	$(BIN)/python -m tools.reference

$(VENV)/.lab: $(VENV)/.installed requirements-lab.lock
	$(INSTALL) --no-deps --require-hashes --only-binary :all: -r requirements-lab.lock
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

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all:
lock: ## renew the lock files
	$(LOCK) --extra test pyproject.toml -o requirements.lock
	$(LOCK) --extra lab -c requirements.lock pyproject.toml -o requirements-lab.lock

# what was published stays: it is the only archive of former editions
clean:
	@git config --remove-section diff.jupyternotebook 2>/dev/null || true
	@git config --remove-section merge.jupyternotebook 2>/dev/null || true
	rm -rf $(VENV) $(DEMO)/raw $(DEMO)/store $(DEMO)/published $(DEMO)/identifiers reports/_failed reports/_rendered notebooks/_rendered reports/.kept reports/.preview

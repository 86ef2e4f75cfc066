# Two commands do everything on a fresh machine (Python >= 3.11, make):
#   make demo    sets up, answers the headline question, leaves demo/report.html and demo/answer.json
#   make test    sets up, runs the tests
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

.PHONY: setup demo test test-all lint format lock refit bench bench-short clean

setup: $(STAMP)

# uv installs in seconds where it is to be had; pip does the same more slowly
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "osseo needs Python 3.11 or later; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) (once)"
	@if $(BIN)/python -m pip install -q --disable-pip-version-check "uv>=0.4" 2>/dev/null; then \
	  VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q --require-hashes -r requirements.lock && \
	  VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q --no-deps --no-build-isolation -e . ; \
	else \
	  $(BIN)/python -m pip install -q --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/osseo answer examples/sinus-xenograft.yaml --out demo --explain --studies
	@echo "open demo/report.html"

test: $(STAMP)
	$(BIN)/python -m pytest -n 2

test-all: $(STAMP)
	$(BIN)/python -m pytest -n 2 -m "slow or not slow"

lint: $(STAMP)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/basedpyright

format: $(STAMP)
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

# refits the graft column, rewrites its posterior draws and the left-out residuals that set the width of predictions
refit: $(STAMP)
	$(BIN)/osseo calibrate graft
	$(BIN)/osseo calibrate dog
	$(BIN)/python -c "from osseo.answer.predict.left_out.loso import refresh_residuals as run; print(len(run()), 'residuals')"

# osseo against other solvers; they live in an environment of their own and are never needed by osseo.
# make bench-short takes minutes; a peer that does not install is a row that says so (docs/benchmarks.md)
BENCH  := .venv-bench
PEERS  := libroadrunner pydiffsol diffrax "amici swig"

$(BENCH)/.ready:
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install -q --disable-pip-version-check numpy || \
	  echo "no peers: $(BENCH) cannot install packages; osseo and scikit-sundae are measured alone"
	@for peer in $(PEERS); do \
	  $(BENCH)/bin/python -m pip install -q --disable-pip-version-check $$peer || \
	    echo "$$peer did not install: it will be missing from the figures"; \
	done
	@touch $@

bench: $(STAMP) $(BENCH)/.ready
	$(BIN)/python benchmarks/peers.py --bench-python $(BENCH)/bin/python
	$(BIN)/python benchmarks/start_and_threads.py benchmarks/results/machine.json
	$(BIN)/python benchmarks/peers_page.py

bench-short: $(STAMP) $(BENCH)/.ready
	$(BIN)/python benchmarks/peers.py --short --bench-python $(BENCH)/bin/python --out bench-short
	@echo "see bench-short/peers.json and bench-short/peers.png"

lock: $(STAMP)
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(BENCH) demo out bench-short .pytest_cache .ruff_cache

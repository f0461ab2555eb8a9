# Everything a fresh machine needs is Python 3.11+ and make. Each target makes its own virtual environment first
# and keeps a stamp in it, so that the second call is quick.
#
#   make demo     train the built-in demo, show its results
#   make test     lint, types, import contract, tests
#   make quick    the tests of the rooms below the tasks, in a minute
#   make everything  what CI runs: make test and the tests that take long, in a browser and of whole documents
#   make gpu      what holds on a GPU; needs one
#   make mutants  mutation testing: do the tests notice small mistakes in the code? half an hour
#   make fuzz     fuzzing: random damage to data, model folders, run folders, arguments and requests; a minute each;
#                 make fuzz FUZZ="models --seed 3 --count 10000"
#                 make fuzz FUZZ="http --count 2200": 45 requests each, 100,000
#   make kills    kills, interrupts or fails runs at every operation on files, and resumes them; an hour;
#                 make kills KILLS="--scenarios train --fates kill,ENOSPC --sample 100"
#   make storm    a server that is told to end under load, over and over, then a soak with noise; half an hour;
#                 make storm STORM="--ends 20 --minutes 2"
#   make docs     the documentation, docs/_build/html/index.html
#   make drawings draw what docs/drawings.md shows, into docs/_static/drawings
#   make lecture  run the lecture, docs/lecture/lecture.py, and keep it as a notebook; two minutes
#   make clean    remove all of it
#
# On Linux the torch on PyPI brings the CUDA libraries, several gigabytes. For the CPU build alone:
#
#   make demo PIP_EXTRA="--extra-index-url https://download.pytorch.org/whl/cpu"

VENV := .venv
ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := $(VENV)/Scripts
EXE := .exe
else
PYTHON ?= python3
BIN := $(VENV)/bin
EXE :=
endif
PIP_EXTRA ?=
# To try the newest packages: make quick CONSTRAINTS=
CONSTRAINTS ?= -c constraints.txt
FUZZ ?= --count 1000000 --minutes 1
# One process for each core; the one that is done first takes over half of what another has left.
PARALLEL := -n auto --dist worksteal
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS) $(PIP_EXTRA)

.PHONY: demo play test everything short-tests all-tests quick gpu mutants fuzz kills storm lint docs drawings lecture clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	$(BIN)/recurra demo dates

play: $(VENV)/.installed-play
	$(BIN)/recurra serve --demo

# Pyright keeps one core busy for more than a minute: the tests have the others meanwhile.
test: $(VENV)/.installed-test
	$(MAKE) --no-print-directory --jobs=2 lint short-tests

everything: $(VENV)/.installed-test
	$(MAKE) --no-print-directory --jobs=2 lint all-tests

short-tests: $(VENV)/.installed-test
	$(BIN)/pytest $(PARALLEL) -m "not long"

all-tests: $(VENV)/.installed-test
	$(BIN)/pytest $(PARALLEL)

quick: $(VENV)/.installed-test
	$(BIN)/pytest $(PARALLEL) -m "not slow"

gpu: $(VENV)/.installed-test
	CUDA_VISIBLE_DEVICES=0 $(BIN)/pytest -n 2 tests/test_cuda.py

mutants: $(VENV)/.installed-test
	$(BIN)/python tests/mutants

fuzz: $(VENV)/.installed-test
	$(BIN)/python tests/fuzz/main.py $(FUZZ)

kills: $(VENV)/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python tests/end_to_end/every_operation.py $(KILLS)

storm: $(VENV)/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python tests/serving/storm.py $(STORM)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright
	$(BIN)/lint-imports

docs: $(VENV)/.installed-docs
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

drawings: $(VENV)/.installed
	$(BIN)/python docs/make_drawings.py

lecture: $(VENV)/.installed-docs
	$(BIN)/python docs/lecture/build.py

clean:
	rm -rf $(VENV) build dist docs/_build .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The install is editable, because whoever has a Makefile has the sources: a change in src counts at once, tools look
# at the files that are edited, and only new dependencies need a new install. It builds with the hatchling named in
# constraints.txt (--no-build-isolation), since pip holds a separate build environment to no constraints; what is only
# there as sources (docopt, for num2words) is built by the setuptools named there.
$(VENV)/.installed: EXTRA =
$(VENV)/.installed-test: EXTRA = [test]
$(VENV)/.installed-docs: EXTRA = [docs]
$(VENV)/.installed-play: EXTRA = [serve]
$(VENV)/.installed $(VENV)/.installed-test $(VENV)/.installed-docs $(VENV)/.installed-play: pyproject.toml constraints.txt | $(BIN)/python$(EXE)
	@echo "Installing recurra$(EXTRA) into $(VENV); the first time this downloads torch and takes some minutes."
	$(PIP) hatchling editables setuptools
	$(PIP) --no-build-isolation -e '.$(EXTRA)'
	@touch $@

$(BIN)/python$(EXE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "recurra needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "no virtual environment could be made; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

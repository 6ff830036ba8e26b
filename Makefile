# Two commands: `make run` and `make test`. Both do all set-up; doing it again does only what changed.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# uv: the one on the PATH when it works here, else our own in .tools/ (never installed system-wide).
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(CURDIR)/.tools/uv/bin/uv)
PYTHON ?= python3
export UV_COMPILE_BYTECODE := 1
export UV_PROJECT_ENVIRONMENT :=
unexport UV_PROJECT_ENVIRONMENT
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

.PHONY: help run test durations setup check learn clean

help:
	@echo "make run    set everything up and start Relais (Ctrl-C stops it)"
	@echo "make test   set everything up and run all tests"
	@echo "make durations  run all tests and note how long each file takes, by which they are ordered"
	@echo "make learn  make the weights anew after a change of the examples they are learnt from (five minutes)"

$(CURDIR)/.tools/uv/bin/uv:
	@echo "· uv is not here: installing it into .tools/"
	@$(PYTHON) -m venv .tools/uv || (echo "→ Python's venv module is missing: on Debian, apt-get install python3-venv" && exit 1)
	@.tools/uv/bin/pip install --quiet --disable-pip-version-check "uv>=0.8" \
	 || (echo "→ uv could not be installed: is the package registry reachable?" && exit 1)

ifneq ($(UV),uv)
UV_READY := $(UV)
endif

# Each environment is synchronised again only when its lock file changed.
.venv/.ready: uv.lock pyproject.toml .python-version | $(UV_READY)
	@echo "· Environment of the application (Python 3.12)"
	@$(UV) sync --frozen || (echo "→ Is Python 3.12 to be had? uv tries to fetch it when it is not installed." && exit 1)
	@touch $@

engine/.venv/.ready: engine/uv.lock engine/pyproject.toml .python-version | $(UV_READY)
	@echo "· Environment of the engine (Python 3.10, Rasa; about 2.5 GB the first time)"
	@$(UV) sync --frozen --project engine || (echo "→ Is Python 3.10 to be had? uv tries to fetch it when it is not installed." && exit 1)
	@touch $@

setup: .venv/.ready engine/.venv/.ready
	@.venv/bin/relais setup

run: setup
	@exec .venv/bin/relais up

check: .venv/.ready
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check -q . || (echo "→ ruff format ." && exit 1)
	@.venv/bin/mypy

# The code is checked while the model trains and the word lists are made.
test:
	@$(MAKE) --no-print-directory -j2 setup check
	@bash scripts/debian-packages.sh
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

# The seconds of each test file, by which `make test` begins with the longest.
durations: setup
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --measure

learn: setup
	@PYTHONWARNINGS=ignore TF_CPP_MIN_LOG_LEVEL=3 engine/.venv/bin/python -m engine.learn --write
	@mkdir -p var
	@.venv/bin/python -m bot.tamis.examples > var/sentences.jsonl
	@PYTHONWARNINGS=ignore engine/.venv/bin/python -m engine.conditions --write < var/sentences.jsonl
	@rm var/sentences.jsonl

clean:
	rm -rf .venv engine/.venv .tools models/*.tar.gz models/*.made

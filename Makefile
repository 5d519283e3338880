# make run    open the editor on a bundled example
# make test   lint, types, layers and all tests
# make gallery    the pictures of docs/gallery, by the shipped weights through the command line
# make bench  the renderer's speed against the plain network (BENCH="--network deepfashion --repeats 5")
# make heartbeat    a minute of painting at full speed: how late the window's event loop is, and why
# make memory       ten minutes of painting: resident memory each minute
# make demo-gif     the animation of the README, recorded in the real window
# make translations    collect the texts of the editor for translators and compile what they wrote
# make soak   10,000 random edits, every exact frame checked
# They make .venv and install what is missing the first time, and start at once from then on.
# make run TORCH=cuda takes the CUDA build of torch.

SHELL := /bin/sh
PYTHON := .venv/bin/python
JOBS ?= 2
TORCH ?= cpu
export TORCH

.DEFAULT_GOAL := help
.PHONY: help run test lint unit bench gallery demo-gif translations heartbeat memory soak setup clean

help:
	@sed -n 's/^# //p' Makefile

run:
	@sh scripts/setup.sh run
	@sh scripts/run.sh

setup:
	@sh scripts/setup.sh test

test: lint unit

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# One thread a process: two test processes share two cores.
unit: setup
	QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 $(PYTHON) -m pytest -n $(JOBS) -q

gallery: setup
	$(PYTHON) scripts/make_gallery.py

demo-gif: setup
	$(PYTHON) scripts/make_demo.py

translations: setup
	$(PYTHON) scripts/translations.py

heartbeat memory: setup
	$(PYTHON) -m pytest -q -s -m measure -k $@ tests/e2e/test_heartbeat.py

bench: setup
	$(PYTHON) main.py bench $(BENCH)

soak: setup
	SMIS_SOAK=$${SMIS_SOAK:-10000} OMP_NUM_THREADS=1 \
		$(PYTHON) -m pytest -n $(JOBS) -q --timeout 0 tests/unit/model/test_engine_soak.py

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info

# Everything a user does, from a bare machine with Python 3.11, make and git. `make` lists it.

PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run arms test calibrate planted check lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/run ## set everything up and run the whole pipeline on the default parameters
	python -m stages.warm dvc repro

arms: .venv/run ## train and explain several arms at once, on a cluster that DASK_SCHEDULER_ADDRESS names
	dvc stage list --name-only | grep -E '^saliency@' | xargs -P 4 -I ARM dvc --wait-for-lock repro ARM

test: .venv/test ## set everything up and pass every test
	python -m pytest

calibrate: .venv/run ## how often the statistics are right on synthetic studies, into metrics/calibration.csv (minutes)
	python -m stages.calibrate

planted: .venv/run ## what every way to learn finds where the dilation is known, into metrics/planted.csv (half an hour)
	python -m stages.planted

check: .venv/test ## format, lint and types
	ruff format --check
	ruff check
	mypy

lock: .venv/test ## resolve the dependencies anew
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.txt
	uv pip compile -q pyproject.toml --extra dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.txt

clean: ## remove the environment; results stay
	rm -rf .venv

# A stamp for each lock file: a second call installs nothing, a changed lock installs again.
.venv/run: requirements.txt
.venv/test: requirements-dev.txt
.venv/run .venv/test:
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

# Everything a user does, from a bare machine with Python 3.11, make and git. `make` lists it.

PYTHON ?= python3.11
BIN := .venv/bin
# CUDA is never asked for a device that TensorFlow's own package does not bring
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run arms test check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/run ## set everything up and run the whole pipeline on the default parameters
	python -m stages.warm dvc repro

test: .venv/test ## set everything up and pass every test
	python -m pytest

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

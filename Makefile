# Everything a user does, from a bare machine with Python 3.11, make and git. `make` lists it.

PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run arms test study calibrate planted bench check lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/run ## set everything up and run the whole pipeline on the default parameters
	python -m stages.warm dvc repro

arms: .venv/run ## train and explain several arms at once, on a cluster that DASK_SCHEDULER_ADDRESS names
	dvc stage list --name-only | grep -E '^saliency@' | xargs -P 4 -I ARM dvc --wait-for-lock repro ARM

test: .venv/test ## set everything up and pass every test
	python -m pytest

study: .venv/run ## all of MNIST, the full grid and the replication of 2019, into study/ (an hour and a half; goes on where it stopped)
	python -m stages.study

calibrate: .venv/run ## how often the statistics are right on synthetic studies, into metrics/calibration.csv (minutes)
	python -m stages.calibrate

planted: .venv/run ## what every way to learn finds where the dilation is known, into metrics/planted.csv (half an hour)
	python -m stages.planted

bench: .bench/stamp ## speeds against the peers, side by side, into metrics/benchmark.json (a quarter of an hour)
	.bench/bin/python -m benchmarks.run

check: .venv/test ## format, lint and types
	ruff format --check
	ruff check
	mypy

lock: .venv/test ## resolve the dependencies anew
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.txt
	uv pip compile -q pyproject.toml --extra dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.txt
	uv pip compile -q benchmarks/peers.txt --no-deps -c requirements.txt -c requirements-dev.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o benchmarks/requirements.txt

clean: ## remove the environments; results stay
	rm -rf .venv .bench

# A stamp for each lock file: a second call installs nothing, a changed lock installs again.
.venv/run: requirements.txt
.venv/test: requirements-dev.txt
.venv/run .venv/test:
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

# PyTorch stands outside the lock: its CPU wheel and its default one, which brings CUDA along, differ in content and dependencies.
.bench/stamp: requirements.txt benchmarks/requirements.txt
	test -x .bench/bin/python || $(PYTHON) -m venv .bench
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r benchmarks/requirements.txt
	.bench/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	touch $@

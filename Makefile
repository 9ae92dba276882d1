# Everything a user does, from a bare machine with Python 3.11, 3.12 or 3.13, make and git. `make` lists it.

PYTHON ?=
ENVIRONMENT ?= .venv
BIN := $(ENVIRONMENT)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUTF8 := 1
unexport PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help run arms test test-fast test-processors study calibrate planted bench check lock clean set-up set-up-tests set-up-bench

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: set-up ## set everything up and run the whole pipeline on the default parameters
	python -m tools.with_worker_pool python -m dvc repro

arms: set-up ## train and explain several arms at once, on a cluster that DASK_SCHEDULER_ADDRESS names
	python -m dvc stage list --name-only | grep -E '^saliency@' | xargs -P 4 -I ARM python -m dvc --wait-for-lock repro ARM

test: set-up-tests ## set everything up and pass every test
	python -m pytest

test-fast: set-up-tests ## the tests that take no more than seconds each
	python -m pytest -m "not slow"

# What is computed on the way from digits to answers, and one small run of the whole pipeline.
NUMERIC_TESTS = $(addprefix tests/test_,network.py gradients.py training.py saliencies.py class_models.py effective_field.py taps.py learners.py \
	pipeline.py::test_nothing_runs_when_nothing_changed)
test-processors: set-up-tests ## the numeric tests as other processors have them: no oneDNN, and oneDNN without AVX-512
	TF_ENABLE_ONEDNN_OPTS=0 python -m pytest $(NUMERIC_TESTS)
	ONEDNN_MAX_CPU_ISA=AVX2 python -m pytest $(NUMERIC_TESTS)

study: set-up ## all of MNIST, the full grid and the replication of 2019, into study/ (an hour and a half; goes on where it stopped)
	python -m tools.study.run_study

calibrate: set-up ## how often the statistics are right on synthetic studies, into metrics/calibration.csv (minutes)
	python -m tools.calibration.calibrate

planted: set-up ## what every way to learn finds where the dilation is known, into metrics/planted.csv (half an hour)
	python -m tools.planted_recovery.measure_recovery

bench: set-up-bench ## speeds against the peers, side by side, into metrics/benchmark.json (a quarter of an hour)
	.bench/bin/python -m benchmarks.run

check: set-up-tests ## format, lint and types
	python -m ruff format --check
	python -m ruff check
	python -m mypy

lock: set-up-tests ## resolve the dependencies anew
	python -m uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.txt
	python -m uv pip compile -q pyproject.toml --extra dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.txt
	python -m uv pip compile -q benchmarks/requirements.in --no-deps -c requirements.txt -c requirements-dev.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o benchmarks/requirements.txt

clean: ## remove the environments; results stay
	rm -rf .venv* .bench

# An environment that is there already costs a tenth of a second. PYTHON names another Python than the one found.
FOUND_PYTHON = "$$(sh tools/find_python.sh "$(PYTHON)" $(ENVIRONMENT))"
set-up:
	python=$(FOUND_PYTHON) && "$$python" tools/set_up.py --environment $(ENVIRONMENT) requirements.txt
set-up-tests:
	python=$(FOUND_PYTHON) && "$$python" tools/set_up.py --environment $(ENVIRONMENT) requirements.txt requirements-dev.txt

# PyTorch stands outside the lock: its CPU wheel and its default one, which brings CUDA along, differ in content and dependencies.
set-up-bench:
	python=$(FOUND_PYTHON) && "$$python" tools/set_up.py --environment .bench requirements.txt
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r benchmarks/requirements.txt
	.bench/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0

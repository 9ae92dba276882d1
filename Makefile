# Every command of the project, for a machine with Python 3.11, 3.12 or 3.13, make and git. `make` lists them.

PYTHON ?=
ENVIRONMENT ?= .venv
BIN := $(ENVIRONMENT)/bin
# make 3.81, which macOS has, looks up the program of a simple command in the PATH of its caller unless SHELL is another than /bin/sh.
SHELL := /bin/bash
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUTF8 := 1
unexport PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help run arms test test-all test-fast test-processors study calibrate bench verdicts check lock clean set-up set-up-tests set-up-bench

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: set-up ## create the environment and run the whole pipeline on the default parameters
	python -m tools.repair_dvc_files
	python -m tools.with_worker_pool python -m dvc repro

arms: set-up ## train and explain several arms at once on the cluster that DASK_SCHEDULER_ADDRESS names
	python -m dvc stage list --name-only | grep -E '^saliency@' | xargs -P 4 -I ARM python -m dvc --wait-for-lock repro ARM

# Tests run in two processes, each of which takes whole files, those with slow tests first. Stress tests run alone.
SIDE_BY_SIDE = -n 2 --dist loadfile --no-loadscope-reorder

test: set-up-tests ## create the environment and run every test but the stress tests
	python -m pytest $(SIDE_BY_SIDE) -m "not stress"

test-all: test ## run every test, the stress tests too: kills, full disks, damaged files (long)
	python -m pytest -m stress

test-fast: set-up-tests ## run the tests that take at most a few seconds each
	python -m pytest $(SIDE_BY_SIDE) -m "not slow and not stress"

# Tests of all computations from digits to maps; tests/test_processors.py runs the whole pipeline as on other processors.
NUMERIC_TESTS = $(addprefix tests/test_,network.py gradients.py training_loop.py stacked_training.py saliency_methods.py class_models.py effective_receptive_field.py \
	kernel_placement.py dilation_methods.py)
test-processors: set-up-tests ## run the numeric tests as on other processors: without oneDNN, and with oneDNN but without AVX-512
	TF_ENABLE_ONEDNN_OPTS=0 python -m pytest $(SIDE_BY_SIDE) $(NUMERIC_TESTS)
	ONEDNN_MAX_CPU_ISA=AVX2 python -m pytest $(SIDE_BY_SIDE) $(NUMERIC_TESTS)

study: set-up ## run the full grid on all of MNIST, the replication of the 2019 study and the other side runs, into study/ (hours; resumes where it stopped)
	python -m tools.study.run_study

calibrate: set-up ## measure the error rates of the statistics on synthetic studies, into metrics/calibration.csv (minutes)
	python -m tools.calibration.calibrate

bench: set-up-bench ## compare the speed with other programs, into metrics/benchmark.json (a quarter of an hour)
	.bench/bin/python -m benchmarks.run

verdicts: set-up ## compare the verdicts in metrics/ with the committed ones
	python -m tools.compare_verdicts

check: set-up-tests ## check the format, lint and check types
	python -m ruff format --check
	python -m ruff check
	python -m mypy

lock: set-up-tests ## resolve the dependencies again and pin them
	python -m uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.txt
	python -m uv pip compile -q pyproject.toml --extra dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.txt
	python -m uv pip compile -q benchmarks/requirements.in --no-deps -c requirements.txt -c requirements-dev.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o benchmarks/requirements.txt

clean: ## remove the environments and keep the results
	rm -rf .venv* .bench

# If the environment exists already, this takes a tenth of a second. PYTHON selects another Python than the one that is found.
FOUND_PYTHON = "$$(sh tools/find_python.sh "$(PYTHON)" $(ENVIRONMENT))"
set-up:
	python=$(FOUND_PYTHON) && "$$python" tools/set_up.py --environment $(ENVIRONMENT) requirements.txt
set-up-tests:
	python=$(FOUND_PYTHON) && "$$python" tools/set_up.py --environment $(ENVIRONMENT) requirements.txt requirements-dev.txt

# PyTorch is not in the lock file: its CPU wheel and its default wheel, which includes CUDA, differ in content and dependencies.
set-up-bench:
	python=$(FOUND_PYTHON) && "$$python" tools/set_up.py --environment .bench requirements.txt
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r benchmarks/requirements.txt
	.bench/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0

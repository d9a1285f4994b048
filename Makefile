# Each target makes .venv and installs what it needs first.
PYTHON ?= python3
BIN := .venv/bin
# The versions that the tests passed with, where they are locked; elsewhere the latest that requirements.txt allows.
LOCKED := Linux x86_64 3.11
PLATFORM := $(shell uname -sm) $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
REQUIREMENTS := $(if $(filter-out $(LOCKED),$(PLATFORM)),requirements.txt,requirements.lock)
# Files in the order in which they are collected.
IN_PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
# Whole runs, which take longest, begin.
LONGEST := tests/tasks/ tests/tuning/
LONGEST_FIRST := $(LONGEST) $(filter-out $(LONGEST) tests/__pycache__/,$(wildcard tests/*/)) $(wildcard tests/test_*.py)
FAST := -m "not whole and not slow and not gpu and not tpu"
WHOLE := -m "whole and not slow and not gpu and not tpu"
SLOW := -m "slow and not gpu and not tpu"
# XLA compiles thousands of functions here that run once or twice: it is told to compile them in half the time, to slower
# code that computes the same; tests/quickly.py does the like for TensorFlow and Python. `make test-slow` has defaults.
# The allocator keeps what graphs give back instead of asking the system anew: a seventh of the time.
QUICKLY := XLA_FLAGS="--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false" \
	MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TOP_PAD_=268435456
# Whole networks, which JAX compiles for a minute; their layers run on JAX in `make test`, their decoding in `test-whole`.
SLOW_ON_JAX := $(addprefix tests/models/,test_translation_models.py test_captioners.py test_autoencoders.py \
	test_resnet.py test_recipes.py test_repetition.py test_regression.py)
PROOFS_ON_JAX := tests/layers/test_equality.py tests/training/test_lowering.py
ON_JAX := tests/layers $(addprefix tests/training/,test_lowering.py test_devices.py test_exact_resume.py test_hosts.py)
MODELS_ON_JAX := tests/models $(addprefix --ignore=,$(SLOW_ON_JAX))

.PHONY: demo test test-whole test-slow lint bench proofs lock clean

demo: .venv/installed
	$(BIN)/python -m apps.classify

# Minutes: what a change is tried with.
test: .venv/installed lint
	$(QUICKLY) $(BIN)/python -m pytest -p tests.quickly $(IN_PARALLEL) $(FAST) $(LONGEST_FIRST)
	$(QUICKLY) KERAS_BACKEND=jax $(BIN)/python -m pytest -p tests.quickly $(IN_PARALLEL) $(FAST) $(PROOFS_ON_JAX)

# Twenty minutes: whole runs from data to export, and all layers and models on JAX; CI runs them too.
test-whole: .venv/installed
	$(QUICKLY) $(BIN)/python -m pytest -p tests.quickly $(IN_PARALLEL) $(WHOLE) $(LONGEST_FIRST)
	$(QUICKLY) KERAS_BACKEND=jax $(BIN)/python -m pytest -p tests.quickly $(IN_PARALLEL) \
		-m "not slow and not gpu and not tpu" $(ON_JAX) $(MODELS_ON_JAX)

test-slow: .venv/installed
	$(BIN)/python -m pytest $(SLOW)
	KERAS_BACKEND=jax $(BIN)/python -m pytest $(IN_PARALLEL) $(SLOW_ON_JAX)
	KERAS_BACKEND=jax $(BIN)/python -m pytest $(IN_PARALLEL) $(SLOW) $(ON_JAX) tests/models

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/installed
	$(BIN)/python -m benchmarks.layers
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.regression

proofs: .venv/installed
	$(BIN)/python -m tests.layers.proofs

.venv/installed: $(REQUIREMENTS)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement $(REQUIREMENTS)
	touch $@

# The versions that are installed, and of what is new in requirements.txt the latest, with the sums of their files.
lock:
	$(BIN)/python -m pip freeze --exclude-editable > .venv/versions.txt
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python -m pip install --quiet uv
	.venv/lock/bin/uv pip compile requirements.txt --constraint .venv/versions.txt --python-version 3.11 \
		--python-platform x86_64-manylinux_2_28 --generate-hashes --no-annotate --no-header --quiet \
		--output-file requirements.lock

clean:
	rm -rf .venv .pytest_cache .ruff_cache

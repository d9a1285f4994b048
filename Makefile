# Each target makes .venv and installs what it needs first.
PYTHON ?= python3
BIN := .venv/bin
# Files in the order in which they are collected.
IN_PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
# Whole runs, which take longest, begin.
LONGEST := tests/tasks/ tests/tuning/
LONGEST_FIRST := $(LONGEST) $(filter-out $(LONGEST) tests/__pycache__/,$(wildcard tests/*/)) $(wildcard tests/test_*.py)
FAST := -m "not slow and not gpu and not tpu"
SLOW := -m "slow and not gpu and not tpu"
# XLA compiles thousands of functions here that run once or twice: it is told to compile them in half the time, to slower
# code that computes the same; tests/quickly.py does the like for TensorFlow and Python. `make test-slow` has defaults.
# The allocator keeps what graphs give back instead of asking the system anew: a seventh of the time.
QUICKLY := XLA_FLAGS="--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false" \
	MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TOP_PAD_=268435456
# Whole networks, which JAX compiles for a minute; their layers and their decoding run on JAX in `make test` as well.
SLOW_ON_JAX := $(addprefix tests/models/,test_translation_models.py test_captioners.py test_autoencoders.py \
	test_resnet.py test_recipes.py test_repetition.py test_regression.py)
ON_JAX := tests/layers tests/models $(addprefix tests/training/,test_lowering.py test_devices.py test_exact_resume.py \
	test_hosts.py)

.PHONY: demo test test-slow lint bench proofs clean

demo: .venv/installed
	$(BIN)/python -m apps.classify

test: .venv/installed lint
	$(QUICKLY) $(BIN)/python -m pytest -p tests.quickly $(IN_PARALLEL) $(FAST) $(LONGEST_FIRST)
	$(QUICKLY) KERAS_BACKEND=jax $(BIN)/python -m pytest -p tests.quickly $(IN_PARALLEL) $(FAST) $(ON_JAX) \
		$(addprefix --ignore=,$(SLOW_ON_JAX))

test-slow: .venv/installed
	$(BIN)/python -m pytest $(SLOW)
	KERAS_BACKEND=jax $(BIN)/python -m pytest $(IN_PARALLEL) $(SLOW_ON_JAX)
	KERAS_BACKEND=jax $(BIN)/python -m pytest $(IN_PARALLEL) $(SLOW) $(ON_JAX)

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/installed
	$(BIN)/python -m benchmarks.layers
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.regression

proofs: .venv/installed
	$(BIN)/python -m tests.layers.proofs

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

clean:
	rm -rf .venv .pytest_cache .ruff_cache

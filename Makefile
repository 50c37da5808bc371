# Everything goes through .venv, which the targets make themselves. Needs Python 3.11 or newer with pip.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
JOBS ?= 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# one thread for each process: test workers that each take every core stand in each other's way
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help demo test test-long fuzz test-editor lint format types docs docs-check pictures gallery measure bench wheel clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# a stamp file for each set of packages, so that a second run installs nothing
.venv/.runtime: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "archc needs Python 3.11 or newer" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --editable .
	@touch $@

.venv/.dev: .venv/.runtime
	$(PIP) --editable '.[dev]'
	$(PIP) --no-deps torchvision timm
	@touch $@

.venv/.bench: .venv/.dev
	$(PIP) --editable '.[dev,bench]'
	@touch $@

demo: .venv/.runtime  ## compile and draw GoogLeNet into build/
	$(BIN)/archc summary specs/googlenet.yaml
	$(BIN)/archc build specs/googlenet.yaml
	$(BIN)/archc draw specs/googlenet.yaml

test: .venv/.dev  ## run the tests
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

test-long: .venv/.dev  ## the long runs: many more random specs
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(JOBS) -m slow $(ARGS)

INPUTS ?= 1000000
SEED ?= 0
fuzz: .venv/.dev  ## hostile specs, a million of them: INPUTS, SEED and JOBS say how many and which
	$(ONE_THREAD) $(BIN)/python tests/fuzz/run.py --inputs $(INPUTS) --jobs $(JOBS) --seed $(SEED)

# npm makes the folder anew where the version is another
LANGUAGE_SERVER := yaml-language-server@1.25.0
build/editor/$(LANGUAGE_SERVER):
	npm install --silent --no-audit --no-fund --prefix build/editor $(LANGUAGE_SERVER)
	@touch $@

test-editor: .venv/.dev build/editor/$(LANGUAGE_SERVER)  ## hold the schema against a language server; needs node
	ARCHC_REQUIRE_EDITOR=1 $(BIN)/python -m pytest tests/editor $(ARGS)

lint: .venv/.dev  ## ruff: style, complexity, size, format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/.dev  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/.dev  ## mypy, strict
	$(BIN)/mypy

docs: .venv/.dev  ## write the generated pages of docs/ and specs/archc.schema.json anew
	$(BIN)/python docs/generate.py

docs-check: .venv/.dev  ## are the generated pages current, and do the examples run
	$(BIN)/python docs/generate.py --check
	$(ONE_THREAD) $(BIN)/python -m pytest -q tests/docs

pictures: .venv/.dev  ## draw docs/figures anew, by the code of their pages (minutes)
	$(ONE_THREAD) $(BIN)/python docs/pictures.py

gallery: .venv/.dev  ## draw docs/gallery and its page anew; tests hold drawings to these pictures
	$(ONE_THREAD) $(BIN)/python docs/gallery.py

measure: .venv/.dev  ## run every comparison with torchvision, timm and Keras, and note how close it is
	UPDATE_GOLDEN=1 $(ONE_THREAD) $(BIN)/python -m pytest -q tests/zoo/test_references.py
	$(BIN)/python docs/generate.py

# BENCH_ARGS names parts of it, or has --quick for a look whether all of it runs
bench: .venv/.bench  ## measure archc beside its peers (half an hour), and write docs/performance.md
	$(BIN)/python benchmarks/run.py $(BENCH_ARGS)
	$(BIN)/python docs/generate.py

wheel: .venv/.runtime  ## dist/archc-….whl, the bundled specs inside
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

clean:  ## remove what was built; keeps .venv
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis

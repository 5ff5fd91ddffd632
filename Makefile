# Everything that a person or a machine does with this checkout. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STATIONS ?= 14
ARGS ?=
COVERAGE_FLOOR := 94
# The formatter of static/ comes as a wheel for Linux on x86-64 only: elsewhere this step is left out.
BIOME = test ! -x $(BIN)/biome || $(BIN)/biome format --config-path=static/.biome.json static

.PHONY: help install demo test check coverage mutants format screenshots constraints outdated clean
help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

# Every package with its hash: what is installed is what was tested.
CONSTRAINTS := terrafuse/deploy/constraints.txt

$(VENV)/.installed: $(CONSTRAINTS)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(CONSTRAINTS)
	@touch $@

install: $(VENV)/.installed ## create the virtual environment and install into it

demo: install ## start the demo (PORT=8000 STATIONS=14)
	$(BIN)/python manage.py demo --port $(PORT) --stations $(STATIONS)

test: install ## run the whole suite (ARGS=… goes to pytest)
	$(BIN)/python -m pytest $(ARGS)

check: install ## style, types, layers, language, migrations, system checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint -c static/.oxlintrc.json static
	$(BIOME)
	$(BIN)/djlint --quiet --check templates
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py check
	$(BIN)/python -m pytest tests/test_house.py tests/test_language.py tests/test_readme.py tests/test_borrowed_apis.py

coverage: install ## the branches of the rules that their own tests reach, with a floor
	$(BIN)/python -m pytest tests/domain --cov=sessions_app/domain --cov-report=term --cov-fail-under=$(COVERAGE_FLOOR) $(ARGS)

MUTANTS := var/mutants

$(MUTANTS)/packages: tests/mutants/constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade --target $@ -r $<
	@touch $@

mutants: install $(MUTANTS)/packages ## change the rules one place at a time: do their tests notice? (ARGS="--sample 150 --seed 1")
	DJANGO_SETTINGS_MODULE=tests.settings PYTHONPATH=$(MUTANTS)/packages $(BIN)/python tests/mutants/run.py $(ARGS)

format: install ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIOME) --write
	$(BIN)/djlint --quiet --reformat templates

screenshots: install ## take the pictures of the README again, from a demo of their own
	$(BIN)/python tests/screenshots/take.py

constraints: ## pin every package that pyproject.toml needs, with its hashes (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-annotate --no-header --quiet --output-file $(CONSTRAINTS)
	echo cosmic-ray==8.7.0 | uv pip compile - --python-version 3.11 --universal --generate-hashes --no-annotate --no-header --quiet --output-file tests/mutants/constraints.txt

outdated: install ## list the packages that have a newer release
	$(BIN)/python -m pip list --outdated

clean: ## remove what the demo made
	rm -rf var

# Everything that a person or a machine does with this checkout. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STATIONS ?= 14
ARGS ?=

.PHONY: help install demo test check format screenshots clean
help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

$(VENV)/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[dev]'
	@touch $@

install: $(VENV)/.installed ## make the virtual environment and install into it

demo: install ## start the demo (PORT=8000 STATIONS=14)
	$(BIN)/python manage.py demo --port $(PORT) --stations $(STATIONS)

test: install ## run the whole suite (ARGS=… goes to pytest)
	$(BIN)/python -m pytest $(ARGS)

check: install ## style, types, layers, migrations, system checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --check templates
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py check
	$(BIN)/python -m pytest tests/test_house.py

format: install ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --quiet --reformat templates

screenshots: install ## take the pictures of the README anew, from a demo of their own
	$(BIN)/python tests/screenshots/take.py

clean: ## remove what the demo made
	rm -rf var

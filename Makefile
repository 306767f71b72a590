# Each target is a thin call of a program; `make` alone lists them.
# Environments must not depend on what a shell happens to export for other projects.
unexport PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH PYTHONSTARTUP VIRTUAL_ENV

PYTHON3 ?= python3
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help toolchain up down reset status logs images env demo test test-docker lint format lock bench parity deploy smoke-test destroy

help: ## Prints this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

toolchain: ## Installs everything the project needs, inside the project
	@$(PYTHON3) -m local.toolchain

up: toolchain ## Starts the local environment, deploys, loads seed-data/ and shows how to use it
	@$(PYTHON) -m local.environment up

down: toolchain ## Stops the local environment; its data stays
	@$(PYTHON) -m local.environment down

reset: toolchain ## Stops the local environment and removes its data
	@$(PYTHON) -m local.environment reset

status: toolchain ## Shows what runs where
	@$(PYTHON) -m local.environment status

logs: toolchain ## Shows the newest log lines of every part
	@$(PYTHON) -m local.environment logs

images: toolchain ## Gets or builds the images of the docker runtime, and .env for Compose by hand
	@$(PYTHON) -m local.images

env: toolchain ## Prints the shell variables of the running environment: eval "$$(make -s env)"
	@$(PYTHON) -m local.environment env

demo: toolchain ## Runs every step of the README's demo, narrated
	@$(PYTHON) -m local.demo

test: toolchain ## Lint, types and all tests, against an environment of their own
	@$(PYTHON) -m local.checks

test-docker: toolchain ## The integration tests against containers; installs an engine where root may
	@$(PYTHON) -m local.docker_checks

lint: toolchain ## Lint and types alone
	@$(PYTHON) -m local.checks --lint

format: toolchain ## Formats the code
	@$(PYTHON) -m ruff format
	@$(PYTHON) -m ruff check --fix

lock: toolchain ## Compiles requirements/ anew from pyproject.toml
	@$(PYTHON) -m local.lock

bench: toolchain ## Measures loads, analytics and exports beside what does less: make bench RECORDS=100000 ORDERS=100000 ROWS=100000
	@$(PYTHON3) -m local.toolchain bench
	@$(PYTHON) -m benchmarks.ingest $(if $(RECORDS),--records $(RECORDS))
	@$(PYTHON) -m benchmarks.analytics $(if $(ORDERS),--orders $(ORDERS))
	@$(PYTHON) -m benchmarks.export $(if $(ROWS),--rows $(ROWS))
	@$(PYTHON) -m benchmarks.jobs

parity: toolchain ## Probes which of AWS's controls the running environment enforces; writes docs/parity.md
	@$(PYTHON) -m local.parity

deploy: toolchain ## Deploys to AWS, migrates and tries it: make deploy STAGE=dev
	@$(PYTHON) -m infra.deploy deploy --stage "$(STAGE)" $(if $(ACCOUNT),--account "$(ACCOUNT)")

smoke-test: toolchain ## Tries a stage that is deployed: make smoke-test STAGE=dev
	@$(PYTHON) -m infra.deploy smoke-test --stage "$(STAGE)" $(if $(ACCOUNT),--account "$(ACCOUNT)")

destroy: toolchain ## Removes a stage from AWS: make destroy STAGE=dev
	@$(PYTHON) -m infra.deploy destroy --stage "$(STAGE)" $(if $(ACCOUNT),--account "$(ACCOUNT)")

# One word for each thing a person does here; the work is in deploy/dev/.
.DEFAULT_GOAL := help
.PHONY: help run demo cluster test check fmt lint web openapi load bench drill-smoke

help: ## Print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s  %s\n", $$1, $$2 }' Makefile

run: ## Build everything and start hub and WhatsApp simulator with a demo organization (PORT, SIMULATOR_PORT)
	@deploy/dev/run

demo: run ## The same as run

cluster: ## Three hubs on PostgreSQL and Redis behind nginx, with the demo organization (PORT, SIMULATOR_PORT)
	@deploy/dev/cluster

test: ## Run all tests; finds or starts the PostgreSQL and Redis that they need
	@deploy/dev/test

check: ## All that CI checks
	@.ci/run

fmt: ## Format Rust and the dashboard
	cargo fmt --all
	@deploy/dev/web packages
	cd web && npm run --silent fmt

lint: ## Check formatting, types and lints
	@deploy/dev/lint

web: ## Build the dashboard if it changed
	@deploy/dev/web

openapi: ## Write docs/openapi.json and the dashboard's types from the code
	@deploy/dev/openapi

load: ## Put load on a hub and a simulator of its own: LOAD="ingest" or any words for `loadtest`
	cargo run --release --package loadtest -- $(or $(LOAD),--help)

bench: ## Measure start, memory, load and single paths; only the latter with LOAD=micro, one scenario with LOAD="ingest" and the like
	@deploy/dev/bench

drill-smoke: ## Break nodes, links and databases of a hub of its own: eight minutes at most; others with DRILL="f-11 --rounds 20"
	@deploy/dev/drill $(or $(DRILL),smoke)

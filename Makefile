# Two commands carry a fresh machine: `make demo` and `make test`. `make help` lists all.

# rustup puts cargo here, and a shell opened before the installation does not know it yet.
export PATH := $(HOME)/.cargo/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench bench-search bench-import

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the tests need (make test does this by itself)
	@.ci/setup test

demo: ## Build and run the gateway in front of an echo application
	@.ci/setup demo
	@cargo run --locked -- demo

test: ## Set up what is missing and run everything: format, lints, documentation, all tests
	@.ci/setup test
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	TMPDIR="$$(.ci/scratch)" cargo test --workspace --locked --no-fail-fast --lib --bins --tests

bench: ## Compare with nginx as a plain reverse proxy, in requests and in CPU
	@.ci/setup bench
	@cargo build --release --locked --bin portcullis
	@benches/peer/run

bench-search: ## Find identities among a million, in SQLite and in PostgreSQL
	@.ci/setup test
	@cargo build --release --locked --bin portcullis
	@benches/search/run

bench-import: ## Import 100,000 people into SQLite and into PostgreSQL
	@.ci/setup test
	@cargo build --release --locked --bin portcullis
	@benches/import/run

# `make` shows every command.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONPATH := $(CURDIR)
export OMP_NUM_THREADS ?= 1
export CHROMIUM ?= chromium
export CHROMEDRIVER ?= chromedriver

define NO_CHROMIUM
The pages are tested in Chromium, and it could not be installed here.
Install Debian's chromium and chromium-driver as root, or name yours in CHROMIUM and CHROMEDRIVER.
endef
export NO_CHROMIUM

export LIBFAKETIME ?= $(firstword $(wildcard /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1))

define NO_REDIS
Faults are tested with a real redis-server, the clock with libfaketime, and they could not be installed here.
Install Debian's redis-server and libfaketime as root, or put a redis-server on PATH and name the library in LIBFAKETIME.
endef
export NO_REDIS

define NO_OFFICE
Workbooks are calculated anew in LibreOffice, and it could not be installed here.
Install Debian's libreoffice-calc-nogui as root, or put a soffice of version 7 or newer on PATH.
endef
export NO_OFFICE

export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true
LINT := openapi/lint
DOCUMENTS := openapi/openapi.json build/openapi/openapi-3.0.json

CHECKOV := build/checkov/bin/checkov --quiet --compact --skip-download
LOCK_TOOLS := uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate --no-header - -o

.DEFAULT_GOAL := help
.PHONY: help run test browser redis office axe test-faults load lint format fit backtest prices prices-check schemas examples openapi clients fuzz release lock bench image-check manifests-check clean

help: ## show every command
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

$(VENV)/run.stamp: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/test.stamp: requirements-test.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@ $(VENV)/run.stamp

$(LINT)/node_modules/stamp: $(LINT)/package.json
	@command -v npm >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm; }
	npm install --prefix $(LINT) --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

AXE := tests/pages/node_modules/stamp
$(AXE): tests/pages/package.json
	@command -v npm >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm; }
	npm install --prefix tests/pages --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

axe: $(AXE) ## install axe-core with npm, by which the tests find fault with the pages

run: $(VENV)/run.stamp ## install what it needs and serve on HOST:PORT (127.0.0.1:8000)
	$(BIN)/python -m service

test: browser redis office axe lint ## install what it needs, check the rules and run every test
	$(BIN)/python -m pytest

browser: ## install Chromium and its driver with apt-get, for the tests of the pages, when they are absent
	@missing=; for program in "$$CHROMIUM" "$$CHROMEDRIVER"; do command -v "$$program" > /dev/null || missing=yes; done; \
	test -z "$$missing" || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	apt-get install -qq -y --no-install-recommends chromium chromium-driver > /dev/null; } || \
	{ echo "$$NO_CHROMIUM" >&2; exit 1; }

redis: ## install redis-server and libfaketime with apt-get, for the tests of faults, when they are absent; nothing is left running
	@command -v redis-server > /dev/null && test -n "$$LIBFAKETIME" || { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
	apt-get install -qq -y --no-install-recommends redis-server libfaketime > /dev/null && \
	{ ! command -v systemctl > /dev/null || systemctl disable --quiet --now redis-server 2> /dev/null || true; }; } || \
	{ echo "$$NO_REDIS" >&2; exit 1; }

office: ## install LibreOffice's spreadsheet with apt-get, by which the tests calculate workbooks anew, when it is absent
	@command -v soffice > /dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	apt-get install -qq -y --no-install-recommends libreoffice-calc-nogui > /dev/null; } || \
	{ echo "$$NO_OFFICE" >&2; exit 1; }

test-faults: $(VENV)/test.stamp redis ## play every fault and load that the service must bear, some 40 minutes (ARGS="--only frozen": some)
	$(BIN)/python -m tools.faults $(ARGS)

load: $(VENV)/test.stamp redis ## print how much the service answers and how fast, for docs/operations.md
	$(BIN)/python -m tools.load $(ARGS)

lint: $(VENV)/test.stamp $(LINT)/node_modules/stamp ## style, types, import contracts, the OpenAPI documents and what they break
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/contract.py --forms
	$(LINT)/node_modules/.bin/spectral lint --quiet --fail-severity=hint -r openapi/.spectral.yaml $(DOCUMENTS)
	$(LINT)/node_modules/.bin/redocly lint --format=stylish --config $(LINT)/redocly.yaml $(DOCUMENTS)
	$(BIN)/python tools/breaking.py

format: $(VENV)/test.stamp ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fit: $(VENV)/run.stamp ## fit every chance that advice rests on to its evidence and write it to the larder
	$(BIN)/python -m tools.research.chances fit $(ARGS)

backtest: $(VENV)/run.stamp ## test every fit on sources left out; write the figures and plots of docs/evidence/ anew
	$(BIN)/python -m tools.research.chances backtest $(ARGS)

prices: $(VENV)/test.stamp ## append a dated price or offer and show which verdicts move; see docs/prices.md
	$(BIN)/python tools/prices.py $(ARGS)

prices-check: $(VENV)/run.stamp ## tell what a newer genai-prices changes and which verdicts would move (ARGS="--to 0.2.4 --json")
	$(BIN)/python -m tools.price_check $(ARGS)

schemas: $(VENV)/run.stamp ## write the schemas by which editors check the larder's TOML files
	$(BIN)/python tools/schemas.py

examples: $(VENV)/test.stamp ## write the figures of docs/examples.md and docs/advice.md, and the picture of the frontier, anew
	$(BIN)/python tools/examples.py
	$(BIN)/python tools/summaries.py

openapi: $(VENV)/test.stamp ## write the OpenAPI document anew (ARGS=--answers: its examples too, ARGS=--forms: YAML and 3.0 to build/openapi)
	$(BIN)/python tools/contract.py $(ARGS)

fuzz: $(VENV)/test.stamp ## send the service thousands of generated and spoiled requests (ARGS=--seed 2)
	$(BIN)/python tools/fuzz.py $(ARGS)

release: $(VENV)/test.stamp ## set the version, move the released contract, commit and tag (VERSION=x.y.z)
	$(BIN)/python tools/release.py $(VERSION)

clients: $(VENV)/run.stamp ## make a client with every generator and call the service (ARGS=orval: one)
	$(BIN)/python -m tools.clients $(ARGS)

bench: $(VENV)/test.stamp ## time one request and show where the time goes
	$(BIN)/python tools/bench.py

image-check: $(VENV)/test.stamp ## build the image here, look at its files and run it (as root on Debian; installs buildah and debootstrap)
	$(BIN)/python tools/image.py

build/checkov/stamp: tools/locks/checkov.lock
	@test -x build/checkov/bin/python || $(PYTHON) -m venv build/checkov
	build/checkov/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

manifests-check: $(VENV)/test.stamp build/checkov/stamp ## ask a second checker about the manifests and the Dockerfile (`make test` asks the first)
	@mkdir -p build/manifests
	for overlay in k8s/overlays/*; do $(BIN)/kubectl kustomize $$overlay > build/manifests/$${overlay##*/}.yaml || exit 1; done
	$(CHECKOV) --framework kubernetes --directory build/manifests
	$(CHECKOV) --framework dockerfile --file Dockerfile

lock: ## pin every dependency with hashes (needs uv)
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url pyproject.toml --extra test -o requirements-test.lock
	echo cyclonedx-bom==7.5.0 setuptools==84.2.1 | tr ' ' '\n' | $(LOCK_TOOLS) tools/locks/build.lock
	echo checkov==3.3.30 | $(LOCK_TOOLS) tools/locks/checkov.lock

clean: ## remove what the commands made
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis $(LINT)/node_modules tests/pages/node_modules

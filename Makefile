# Wangge. `make help` lists what there is to do.
BUILD ?= build
DATA  ?= data-demo
LISTEN ?= 127.0.0.1:8020
SIZE  ?= full
JOBS  ?= $(shell nproc)

.PHONY: all build deps web run test lint format tidy check-c check-sanitized check-fuzz check-web check-e2e bench clean help

all: build

help:
	@echo 'make            build $(BUILD)/wangge, pages included'
	@echo 'make run        install what is missing, build, make the example district, serve it on http://$(LISTEN)/'
	@echo 'make test       install what is missing, and pass every test and check'
	@echo 'make bench      print the benchmarks (ratios to a reference in the same run)'
	@echo 'make lint       the rules that machines keep; make format writes the one format'
	@echo 'make clean      remove what was built (the example stays in $(DATA))'

deps:
	@tools/deps build

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.built: web/node_modules/.installed $(shell git ls-files web programmes 2>/dev/null | grep -v '^web/tests/')
	cd web && npm run --silent build
	@touch $@

web: web/dist/.built

build: web
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	@ninja -C $(BUILD) -j $(JOBS) --quiet wangge

run: deps
	@$(MAKE) --no-print-directory build
	@[ -e $(DATA)/wangge.db ] || $(BUILD)/wangge demo --data $(DATA) --size $(SIZE)
	@$(BUILD)/wangge serve --data $(DATA) --listen $(LISTEN)

test:
	@tools/deps build test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory check-web
	@$(MAKE) --no-print-directory check-c
	@$(MAKE) --no-print-directory tidy
	@$(MAKE) --no-print-directory check-sanitized
	@$(MAKE) --no-print-directory check-fuzz
	@$(MAKE) --no-print-directory check-e2e

lint:
	@tools/lint
	@git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror && echo 'format: as it should be'

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

tidy:
	@git ls-files 'src/*.c' | grep -v '_test\.c$$' | grep -v '_table\.c$$' | xargs -P $(JOBS) -n 4 clang-tidy --quiet -p $(BUILD) 2>/dev/null && echo 'tidy: nothing to say'

check-web: web
	cd web && npm run --silent check && npm run --silent test:unit

check-c: build
	@ninja -C $(BUILD) -j $(JOBS) --quiet all benches
	@ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure

check-sanitized:
	@cmake -S . -B $(BUILD)-sanitized -G Ninja -DWG_SANITIZE=ON -DWG_WEB_DIST=/none >/dev/null
	@ninja -C $(BUILD)-sanitized -j $(JOBS) --quiet
	@ctest --test-dir $(BUILD)-sanitized -j $(JOBS) --output-on-failure

check-fuzz:
	@CC=clang cmake -S . -B $(BUILD)-fuzz -G Ninja -DWG_FUZZ=ON -DWG_WEB_DIST=/none >/dev/null
	@tools/fuzz $(BUILD)-fuzz 10

check-e2e: build
	cd web && WANGGE_BIN=$(abspath $(BUILD))/wangge npm run --silent test:e2e

bench: build
	@ninja -C $(BUILD) -j $(JOBS) --quiet benches
	@tools/bench $(BUILD)

clean:
	rm -rf $(BUILD) $(BUILD)-sanitized $(BUILD)-fuzz web/dist

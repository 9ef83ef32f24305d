# Builds, tests and runs ollama-pool. `make help` lists the targets.

# Debian 12 packages: what the programs are built with, and what tests, lint and benchmarks need besides.
BUILD_PACKAGES := gcc make pkg-config libc6-dev libmicrohttpd-dev libcurl4-openssl-dev \
	libsqlite3-dev libpq-dev libhiredis-dev libssl-dev libjansson-dev libjwt-dev libsmartcols-dev \
	libyaml-dev libreadline-dev libncurses-dev ca-certificates gettext
TEST_PACKAGES := libcmocka-dev postgresql-15 pgbouncer redis-server openssl nginx-light haproxy bats parallel curl jq procps npm:nodejs+npm python3-venv \
	bash-completion zsh fish mandoc python3-jsonschema python3-aiosmtpd tmux
LINT_PACKAGES := clang clang-format clang-tidy cppcheck shellcheck pmccabe libclang-rt-14-dev
BENCH_PACKAGES := valgrind

VERSION := 0.1.0
SANITIZER ?=
VARIANT ?= $(SANITIZER)
CC := gcc
BUILD := build$(if $(VARIANT),/$(VARIANT))
BIN := $(if $(VARIANT),$(BUILD)/bin,bin)
JOBS ?= $(shell nproc)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	-Wpointer-arith -Wformat=2 -Wundef -Wvla -Wnull-dereference -Wimplicit-fallthrough -fno-common \
	$(if $(filter gcc%,$(CC)),-Wduplicated-cond -Wlogical-op) $(if $(WERROR),-Werror)
HARDENING := $(if $(SANITIZER),,-D_FORTIFY_SOURCE=3) -fstack-protector-strong \
	-fstack-clash-protection -fcf-protection=full -fPIE
SANITIZE_address := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SANITIZE_thread := -fsanitize=thread -fno-omit-frame-pointer
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DPOOL_VERSION='"$(VERSION)"' $(CFLAGS) $(WARNINGS) \
	$(HARDENING) $(SANITIZE_$(SANITIZER)) -pthread -Ishared -Igateway -I$(BUILD)/gen -isystem /usr/include/postgresql \
	-include base/banned.h -MMD -MP
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,-z,noexecstack $(SANITIZE_$(SANITIZER)) -pthread $(LDFLAGS)
GATEWAY_LIBS := -lmicrohttpd -lcurl -lsqlite3 -lpq -lhiredis -lssl -lcrypto -ljwt -ljansson
TUI_LIBS := -lcurl -lcrypto -ljansson -lsmartcols -lncursesw -ltinfo
POOLCTL_LIBS := -lcurl -lcrypto -ljansson -lsmartcols -lyaml -lreadline

SHARED_SRC := $(filter-out shared/gen/%,$(wildcard shared/*/*.c))
GATEWAY_SRC := $(wildcard gateway/*.c gateway/*/*.c)
POOLCTL_SRC := $(wildcard poolctl/*.c)
TUI_SRC := $(wildcard tui/*.c)
FAKEUP_SRC := $(wildcard tests/fakeup/*.c)
POOLGEN_SRC := $(filter-out shared/gen/embed.c,$(wildcard shared/gen/*.c))
CLIGEN_SRC := $(wildcard poolctl/gen/*.c)
TUIGEN_SRC := $(wildcard tui/gen/*.c)
BENCH_SRC := $(wildcard tests/bench/*.c)
UNIT_SRC := $(shell find tests/unit -name '*_test.c')
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
ALL_SRC := $(SHARED_SRC) $(GATEWAY_SRC) $(POOLCTL_SRC) $(TUI_SRC) $(FAKEUP_SRC) $(POOLGEN_SRC) $(BENCH_SRC) \
	$(UNIT_SRC) $(CLIGEN_SRC) $(TUIGEN_SRC) shared/gen/embed.c

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIBPOOL := $(BUILD)/libpool.a
SCHEMA_H := $(BUILD)/gen/schema_sqlite.h $(BUILD)/gen/schema_postgres.h
OPENAPI_H := $(BUILD)/gen/schema_openapi.h
MAIL_WORDS_H := $(BUILD)/gen/mail_words.h
SAID_FORMS_H := $(BUILD)/gen/said_forms.h
# where sentences come from that programs get in English, as entries of a catalogue name it
SAID_FROM := gateway/*/* shared/conf/* shared/crypto/* shared/api/client_error.c
FAKEUP := $(BUILD)/fakeup
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
FAULT_LIBS := $(patsubst tests/faults/%.c,$(BUILD)/%.so,$(wildcard tests/faults/*.c))
CATALOGUES := $(patsubst po/%.po,$(BUILD)/locale/%/LC_MESSAGES/ollama-pool.mo,$(wildcard po/*.po))
BENCH_BIN := $(patsubst tests/bench/%.c,$(BUILD)/bench_%,$(filter-out tests/bench/load_%.c,$(BENCH_SRC)))

.PHONY: all run demo test test-tui fuzz-tui test-postgres test-pooler faults check check-asan check-tsan unit e2e lint gen po bench fuzz deps install uninstall clean help
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BIN)/pool-gateway $(BIN)/poolctl $(BIN)/pool-tui $(CATALOGUES) ## Build bin/pool-gateway, bin/poolctl and bin/pool-tui.
	@:

# ---- installing what is missing ------------------------------------------------------------------
# One stamp per list, so that apt is asked once per machine and checkout. COMMAND:PACKAGE+PACKAGE is for
# what may well be there from elsewhere: the packages are installed when the command is missing.
define ensure_packages
@mkdir -p build; missing=""; for p in $(1); do \
  case $$p in *:*) command -v $${p%%:*} >/dev/null || missing="$$missing $$(echo $${p#*:} | tr + ' ')"; continue;; esac; \
  dpkg-query -W -f='$${db:Status-Abbrev}' $$p 2>/dev/null | grep -q '^ii' || missing="$$missing $$p"; done; \
if [ -n "$$missing" ]; then echo "installing:$$missing"; \
  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >build/apt.log 2>&1 \
  || { cat build/apt.log; exit 1; }; fi; touch $@
endef

build/deps-build: Makefile
	$(call ensure_packages,$(BUILD_PACKAGES))
build/deps-test: Makefile build/deps-build
	$(call ensure_packages,$(TEST_PACKAGES))
build/deps-lint: Makefile build/deps-test
	$(call ensure_packages,$(LINT_PACKAGES))
build/deps-bench: Makefile build/deps-test
	$(call ensure_packages,$(BENCH_PACKAGES))

# ---- building ------------------------------------------------------------------------------------
# Objects are made again when the flags change.
FLAGS_STAMP := $(BUILD)/flags
FLAGS_TEXT := $(CC) $(ALL_CFLAGS) $(LDFLAGS_ALL)
$(shell mkdir -p $(BUILD); printf '%s' '$(subst ','"'"',$(FLAGS_TEXT))' | cmp -s - $(FLAGS_STAMP) || \
	printf '%s' '$(subst ','"'"',$(FLAGS_TEXT))' > $(FLAGS_STAMP))

$(BUILD)/obj/%.o: %.c $(FLAGS_STAMP) | build/deps-build
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<";) $(CC) $(ALL_CFLAGS) -c $< -o $@

$(call obj,$(filter gateway/store/%,$(GATEWAY_SRC))): $(SCHEMA_H)
$(call obj,gateway/admin/openapi.c): $(OPENAPI_H)
$(call obj,gateway/mail/mail_text.c): $(MAIL_WORDS_H)
$(call obj,shared/base/said.c tests/unit/shared/base/said_test.c): $(SAID_FORMS_H)

$(LIBPOOL): $(call obj,$(SHARED_SRC))
	@rm -f $@; ar rcs $@ $^

$(BUILD)/gen/embed: $(call obj,shared/gen/embed.c)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS_ALL) $^ -o $@
$(BUILD)/gen/schema_sqlite.h: $(sort $(wildcard schema/sqlite/*.sql))
$(BUILD)/gen/schema_postgres.h: $(sort $(wildcard schema/postgres/*.sql))
$(SCHEMA_H): $(BUILD)/gen/embed
	@$(BUILD)/gen/embed $(filter %.sql,$^) > $@
$(OPENAPI_H): $(BUILD)/gen/poolgen $(BUILD)/gen/embed
	@$(BUILD)/gen/poolgen openapi > $(@D)/openapi.json
	@$(BUILD)/gen/embed $(@D)/openapi.json > $@
# The gateway speaks to each user in another language, so it has the words of mails in all of them.
$(MAIL_WORDS_H): $(wildcard po/*.po) $(BUILD)/gen/embed | build/deps-build
	@for po in $(filter %.po,$^); do msggrep -N gateway/mail/templates.def $$po | \
	  msgexec $(BUILD)/gen/embed --translation $$(basename $$po .po) || exit; done > $@
# Each catalogue has them all. One of them has to do, as they are not in any table of the sources.
$(SAID_FORMS_H): $(firstword $(wildcard po/*.po)) $(BUILD)/gen/embed | build/deps-build
	@msggrep $(foreach from,$(SAID_FROM),-N '$(from)') $< | msggrep --msgid -e % | \
	  msgexec $(BUILD)/gen/embed --form > $@
$(BUILD)/gen/poolgen: $(call obj,$(POOLGEN_SRC)) $(LIBPOOL)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS_ALL) $^ -o $@ -lcrypto
$(BUILD)/gen/cligen: $(call obj,$(CLIGEN_SRC) shared/gen/mdoc.c $(filter-out poolctl/main.c,$(POOLCTL_SRC))) $(LIBPOOL)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS_ALL) $^ -o $@ $(POOLCTL_LIBS)

$(BUILD)/gen/tuigen: $(call obj,$(TUIGEN_SRC) shared/gen/mdoc.c) $(LIBPOOL)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS_ALL) $^ -o $@ -lcrypto

$(BIN)/pool-gateway: $(call obj,$(GATEWAY_SRC)) $(LIBPOOL)
	@mkdir -p $(@D); echo "  LD    $@"; $(CC) $(LDFLAGS_ALL) $^ -o $@ $(GATEWAY_LIBS)
$(BIN)/poolctl: $(call obj,$(POOLCTL_SRC)) $(LIBPOOL)
	@mkdir -p $(@D); echo "  LD    $@"; $(CC) $(LDFLAGS_ALL) $^ -o $@ $(POOLCTL_LIBS)
$(BIN)/pool-tui: $(call obj,$(TUI_SRC)) $(LIBPOOL)
	@mkdir -p $(@D); echo "  LD    $@"; $(CC) $(LDFLAGS_ALL) $^ -o $@ $(TUI_LIBS)
# Libraries that tests load into the gateway to make the system fail.
$(BUILD)/%.so: tests/faults/%.c $(FLAGS_STAMP)
	@echo "  LD    $@"; $(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC -shared $< -o $@ -ldl
$(FAKEUP): $(call obj,$(FAKEUP_SRC))
	@echo "  LD    $@"; $(CC) $(LDFLAGS_ALL) $^ -o $@

$(BUILD)/locale/%/LC_MESSAGES/ollama-pool.mo: po/%.po | build/deps-build
	@mkdir -p $(@D); echo "  MO    $<"; msgfmt --check -o $@ $<
# Tests read them.
$(filter $(BUILD)/unit/tui/% $(BUILD)/unit/shared/base/%,$(UNIT_BIN)): | $(CATALOGUES)

GATEWAY_PARTS := $(call obj,$(filter-out gateway/main.c,$(GATEWAY_SRC)))
TUI_PARTS := $(call obj,$(filter-out tui/main.c,$(TUI_SRC)))
POOLCTL_PARTS := $(call obj,$(filter-out poolctl/main.c,$(POOLCTL_SRC)))
$(BUILD)/unit/gateway/%: $(BUILD)/obj/tests/unit/gateway/%.o $(GATEWAY_PARTS) $(LIBPOOL)
	@mkdir -p $(@D); $(CC) $(LDFLAGS_ALL) $^ -o $@ -lcmocka $(GATEWAY_LIBS)
$(BUILD)/unit/poolctl/%: $(BUILD)/obj/tests/unit/poolctl/%.o $(POOLCTL_PARTS) $(LIBPOOL)
	@mkdir -p $(@D); $(CC) $(LDFLAGS_ALL) $^ -o $@ -lcmocka $(POOLCTL_LIBS)
$(BUILD)/unit/tui/%: $(BUILD)/obj/tests/unit/tui/%.o $(TUI_PARTS) $(LIBPOOL)
	@mkdir -p $(@D); $(CC) $(LDFLAGS_ALL) $^ -o $@ -lcmocka $(TUI_LIBS)
$(BUILD)/unit/shared/%: $(BUILD)/obj/tests/unit/shared/%.o $(LIBPOOL)
	@mkdir -p $(@D); $(CC) $(LDFLAGS_ALL) $^ -o $@ -lcmocka -ljwt $(POOLCTL_LIBS)

$(BUILD)/bench_%: $(BUILD)/obj/tests/bench/%.o $(GATEWAY_PARTS) $(LIBPOOL)
	@echo "  LD    $@"; $(CC) $(LDFLAGS_ALL) $^ -o $@ $(GATEWAY_LIBS)

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(ALL_SRC))

# ---- running -------------------------------------------------------------------------------------
run: build/deps-build ## Install what is missing, build, and start the gateway on 127.0.0.1:8787.
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@exec $(BIN)/pool-gateway $(ARGS)

demo: build/deps-test ## See it work in a minute, without any key: against the bundled fake upstream.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP)
	@tests/demo.sh

# ---- installing ----------------------------------------------------------------------------------
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
LOCALEDIR ?= $(PREFIX)/share/locale
DOCDIR ?= $(PREFIX)/share/doc/ollama-pool
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
UNITDIR ?= $(PREFIX)/lib/systemd/system
# What is installed: SOURCE:TARGET:MODE. In sources that end in .in, @BINDIR@ is replaced.
INSTALLED := $(foreach p,pool-gateway poolctl pool-tui,$(BIN)/$(p):$(BINDIR)/$(p):755) \
	$(foreach p,$(wildcard docs/man/*.[1-8]),$(p):$(MANDIR)/man$(subst .,,$(suffix $(p)))/$(notdir $(p)):644) \
	completions/poolctl.bash:$(BASHCOMPDIR)/poolctl:644 \
	completions/_poolctl:$(ZSHCOMPDIR)/_poolctl:644 \
	completions/poolctl.fish:$(FISHCOMPDIR)/poolctl.fish:644 \
	$(foreach m,$(CATALOGUES),$(m):$(LOCALEDIR)/$(m:$(BUILD)/locale/%=%):644) \
	docs/ollama-pool.env:$(DOCDIR)/ollama-pool.env:644 \
	contrib/pool-gateway.service.in:$(UNITDIR)/pool-gateway.service:644

install: all ## Install programs, manual pages, completions and a systemd unit; PREFIX, DESTDIR.
	@set -eu; for row in $(INSTALLED); do \
	  from=$${row%%:*} mode=$${row##*:} to=$${row#*:}; to="$(DESTDIR)$${to%:*}"; \
	  install -D -m "$$mode" "$$from" "$$to"; \
	  case $$from in *.in) sed 's|@BINDIR@|$(BINDIR)|' "$$from" >"$$to" ;; esac; \
	  echo "  INST  $$to"; done
uninstall: ## Remove what was installed; settings and state stay.
	@set -eu; for row in $(INSTALLED); do to=$${row#*:}; rm -fv "$(DESTDIR)$${to%:*}"; done
	@rmdir "$(DESTDIR)$(DOCDIR)" 2>/dev/null || true

# ---- testing -------------------------------------------------------------------------------------
test: build/deps-test ## Install what is missing, build, and run every test.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP) $(FAULT_LIBS) $(UNIT_BIN)
	@BUILD=$(BUILD) BIN=$(BIN) tests/run.sh

unit: build/deps-test ## The unit tests only.
	@$(MAKE) --no-print-directory -j$(JOBS) $(UNIT_BIN)
	@BUILD=$(BUILD) BIN=$(BIN) tests/run.sh unit

e2e: build/deps-test ## The end-to-end tests only; ONLY=name picks a file.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP) $(FAULT_LIBS)
	@BUILD=$(BUILD) BIN=$(BIN) tests/run.sh e2e $(ONLY)

test-tui: build/deps-test ## The screens of the console only; ONLY=name picks a file, UPDATE=1 saves them anew.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP)
	@BUILD=$(BUILD) BIN=$(BIN) tests/run.sh tui $(ONLY)

fuzz-tui: build/deps-test ## Type at random into the console; T=seconds (60), FUZZ_SEED=number types the same again.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP)
	@BUILD=$(BUILD) BIN=$(BIN) FUZZ_SECONDS=$(or $(T),60) tests/run.sh tui fuzz

test-postgres: build/deps-test ## The end-to-end tests with every gateway on PostgreSQL; ONLY=name picks a file.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP) $(FAULT_LIBS)
	@BUILD=$(BUILD) BIN=$(BIN) tests/run.sh e2e-postgres $(ONLY)

test-pooler: build/deps-test ## The same through a pooler in front of it.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP) $(FAULT_LIBS)
	@BUILD=$(BUILD) BIN=$(BIN) tests/run.sh e2e-pooler $(ONLY)

faults: build/deps-test ## The outages of PostgreSQL again, each as long as a real one; T=seconds (30).
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP) $(FAULT_LIBS)
	@BUILD=$(BUILD) BIN=$(BIN) OUTAGE_SECONDS=$(or $(T),30) tests/run.sh e2e postgres_faults

check-asan: ## The same suites under AddressSanitizer, UBSan and LeakSanitizer.
	@$(MAKE) --no-print-directory SANITIZER=address CFLAGS='-O1 -g' test
check-tsan: ## The same suites under ThreadSanitizer.
	@TSAN_OPTIONS="die_after_fork=0 $$TSAN_OPTIONS" $(MAKE) --no-print-directory SANITIZER=thread CFLAGS='-O1 -g' test

fuzz: build/deps-lint $(SCHEMA_H) $(OPENAPI_H) $(MAIL_WORDS_H) ## Fuzz the parsers; T=seconds each (60).
	@tests/fuzz/run.sh $(or $(T),60)

bench: build/deps-bench ## Measure beside nginx, on this machine, in one run.
	@$(MAKE) --no-print-directory -j$(JOBS) all $(FAKEUP) $(BENCH_BIN)
	@tests/bench/run.sh
	@tests/pg.sh /usr/bin/python3 tests/bench/cluster.py $(BIN)/pool-gateway $(FAKEUP)

# ---- keeping order -------------------------------------------------------------------------------
GENERATORS := $(BUILD)/gen/poolgen $(BUILD)/gen/cligen $(BUILD)/gen/tuigen tui/gen/screens.sh
gen: $(GENERATORS) ## Write the generated documents and completions again.
	@tests/lint/gen.sh $^

po: build/deps-build ## Bring the catalogues of translations (po/) up to date with the sources.
	@tests/lint/po.sh

lint: build/deps-lint $(SCHEMA_H) $(OPENAPI_H) $(MAIL_WORDS_H) ## Format, warnings as errors with gcc and clang, static analysis, dependency rules.
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 VARIANT=lint-gcc CC=gcc lint-build
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 VARIANT=lint-clang CC=clang lint-build
	@$(MAKE) --no-print-directory -j$(JOBS) $(GENERATORS)
	@tests/lint/gen.sh --check $(GENERATORS)
	@tests/lint/run.sh

.PHONY: lint-build
lint-build: all $(FAKEUP) $(UNIT_BIN) $(BENCH_BIN) $(GENERATORS)

clean: ## Remove what was built.
	rm -rf bin build

help: ## This list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

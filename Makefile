# Every command of Aftercare. `make help` lists them; the work is done in tools/.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# The machine's own Python, 3.8 or newer, else uv's. It is tried out, for a `python3` that exists
# may still refuse to run here (pyenv's does when the version in .python-version is missing).
find_python = for python in python3 /usr/bin/python3 /usr/local/bin/python3 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; then \
	    exec $$python tools/aftercare.py $(1); \
	  fi; \
	done; \
	uv=$${UV:-uv}; \
	if ! $$uv --version >/dev/null 2>&1; then uv=.tools/uv/bin/uv; fi; \
	if $$uv --version >/dev/null 2>&1; then \
	  exec $$uv run --quiet --no-project python tools/aftercare.py $(1); \
	fi; \
	echo 'Aftercare needs Python 3.8 or newer, or uv, and found neither.' >&2; \
	echo 'Install python3 with your package manager, or uv as described at' >&2; \
	echo 'https://docs.astral.sh/uv/getting-started/installation/, then run this again.' >&2; \
	exit 1

.PHONY: help
help: ## Print this list
	@echo 'Usage: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: up
up: ## Set up, train if needed, load the sample company, start everything (Ctrl-C stops it)
	@$(call find_python,up)

.PHONY: setup
setup: ## Create both environments from their lock files
	@$(call find_python,setup)

.PHONY: train
train: ## Train the model if the training data or configuration has changed
	@$(call find_python,train)

.PHONY: test
test: ## Set up and run every test: services, bot, conversations, browser
	@$(call find_python,test)

.PHONY: test-unit
test-unit: ## Run the services' tests that need neither the model nor a browser
	@$(call find_python,test unit)

.PHONY: test-bot
test-bot: ## Run the tests of the bot's own code
	@$(call find_python,test bot)

.PHONY: test-conversations
test-conversations: ## Run the conversations with the trained bot
	@$(call find_python,test conversations)

.PHONY: test-browser
test-browser: ## Run the tests in the browser
	@$(call find_python,test browser)

.PHONY: test-hostile
test-hostile: ## Send random and hostile bodies to the website, more than the tests do: [BODIES=10000]
	@export AFTERCARE_TEST_EXAMPLES=$(if $(BODIES),"$$BODIES",10000); $(call find_python,test hostile)

.PHONY: test-clocks
test-clocks: ## Hold working time against a slow reference on more calendars than the tests do: [CALENDARS=10000]
	@export AFTERCARE_TEST_CALENDARS=$(if $(CALENDARS),"$$CALENDARS",10000); $(call find_python,test clocks)

.PHONY: check
check: ## Check formatting, lint, types and syntax; changes nothing
	@$(call find_python,check)

.PHONY: format
format: ## Format the code and mend what lint can mend by itself
	@$(call find_python,format)

.PHONY: migrate
migrate: ## Bring the database to the newest schema
	@$(call find_python,run aftercare.migrate)

.PHONY: migration
migration: ## Write a migration for changed tables: MESSAGE="tickets have a due date"
	@test -n "$$MESSAGE" || { echo 'What changes? make migration MESSAGE="..."' >&2; exit 1; }
	@$(call find_python,run aftercare.migrate "$$MESSAGE")

.PHONY: load
load: ## Load the sample company (products, services, manuals) from catalogue/
	@$(call find_python,run aftercare.catalogue.load)

.PHONY: evaluate-tickets
evaluate-tickets: ## Weigh the tickets that the rule in force has not weighed yet
	@$(call find_python,run aftercare.evaluation)

.PHONY: import-manual
import-manual: ## Read a manual: FILE=x.pdf PRODUCT=id LANGUAGE=en [VERSION=2.0] [PUBLISH=1]
	@test -n "$$FILE" && test -n "$$PRODUCT" && test -n "$(given_language)" || { \
	  echo 'Which? make import-manual FILE=x.pdf PRODUCT=mare-w900 LANGUAGE=en' >&2; exit 1; }
	@$(call find_python,run aftercare.manuals import "$$FILE" "$$PRODUCT" "$$LANGUAGE" \
	  $(if $(VERSION),--version "$$VERSION") $(if $(TITLE),--title "$$TITLE") \
	  $(if $(DATE),--date "$$DATE") $(if $(MODELS),--models "$$MODELS") \
	  $(if $(SOURCE),--source "$$SOURCE") $(if $(LICENCE),--licence "$$LICENCE") \
	  $(if $(PUBLISH),--publish))

.PHONY: print-manual
print-manual: ## Print a manual of the catalogue as PDF: FILE=manual.md TO=manual.pdf
	@test -n "$$FILE" && test -n "$$TO" || { \
	  echo 'Which? make print-manual FILE=catalogue/manuals/x/en.md TO=x.pdf' >&2; exit 1; }
	@$(call find_python,run aftercare.manuals.printing "$$FILE" "$$TO")

.PHONY: import-csv
import-csv: ## Take records in: KIND=products|customers|sales FILE=x.csv [DRY=1]
	@test -n "$$KIND" && test -n "$$FILE" || { \
	  echo 'Which? make import-csv KIND=customers FILE=customers.csv DRY=1' >&2; exit 1; }
	@$(call find_python,run aftercare.exchange import "$$KIND" "$$FILE" $(if $(DRY),--dry-run))

.PHONY: export-data
export-data: ## Hand out all records as one ZIP of CSV files: FOLDER=where
	@test -n "$$FOLDER" || { echo 'Where? make export-data FOLDER=/media/safe' >&2; exit 1; }
	@$(call find_python,run aftercare.exchange export "$$FOLDER")

.PHONY: backup
backup: ## Copy the databases into one file, while everything runs: [FILE=name.tar.gz]
	@$(call find_python,run aftercare.backup make $(if $(FILE),"$$FILE"))

.PHONY: restore
restore: ## Bring a backup's databases back, with everything stopped: FILE=name.tar.gz
	@test -n "$$FILE" || { echo 'Which? make restore FILE=name.tar.gz' >&2; exit 1; }
	@$(call find_python,run aftercare.backup restore "$$FILE")

.PHONY: export-person
export-person: ## Hand out what is held of a person: PERSON=mail, phone or ticket [FILE=name.zip]
	@test -n "$$PERSON" || { echo 'Whose? make export-person PERSON=someone@example.org' >&2; exit 1; }
	@$(call find_python,run aftercare.privacy export "$$PERSON" $(if $(FILE),"$$FILE"))

.PHONY: erase-person
erase-person: ## Erase a person, with a receipt: PERSON=mail, phone or ticket
	@test -n "$$PERSON" || { echo 'Whom? make erase-person PERSON=someone@example.org' >&2; exit 1; }
	@$(call find_python,run aftercare.privacy erase "$$PERSON")

.PHONY: retention
retention: ## Remove what is past its period now, or only count it: [DRY_RUN=1]
	@$(call find_python,run aftercare.privacy retention $(if $(DRY_RUN),--dry-run))

.PHONY: staff-add
staff-add: ## Add a member of staff: EMAIL=name@example.org NAME="Ann Lee" [ROLE=agent|manager|admin]
	@test -n "$$EMAIL" && test -n "$(given_name)" || { \
	  echo 'Whom? make staff-add EMAIL=ann@example.org NAME="Ann Lee" ROLE=agent' >&2; exit 1; }
	@$(call find_python,run aftercare.staff.add "$$EMAIL" "$$NAME" $(if $(ROLE),"$$ROLE",agent))

.PHONY: staff-password
staff-password: ## Give a member of staff a new password: EMAIL=name@example.org
	@test -n "$$EMAIL" || { echo 'Whose? make staff-password EMAIL=name@example.org' >&2; exit 1; }
	@$(call find_python,run aftercare.staff.reset "$$EMAIL")

.PHONY: bench
bench: ## Measure speed and memory
	@$(call find_python,run tests.bench)

.PHONY: bench-gateway
bench-gateway: ## Measure taking and answering under load: [ENGINE=postgresql] [MINUTES=5] [RATE=100] [JSON=file]
	@$(call find_python,run-trained tests.bench.gateway $(if $(ENGINE),--engine "$$ENGINE") \
	  $(if $(MINUTES),--minutes "$$MINUTES") $(if $(RATE),--rate "$$RATE") \
	  $(if $(JSON),--json "$$JSON"))

.PHONY: bench-desk
bench-desk: ## Measure the console over many tickets: [ENGINE=postgresql] [TICKETS=1000000]
	@$(call find_python,run tests.bench.desk_million $(if $(ENGINE),--engine "$$ENGINE") \
	  $(if $(TICKETS),--tickets "$$TICKETS"))

.PHONY: bench-bot
bench-bot: ## Measure the bot by itself, beside another checkout's if asked: [AGAINST=folder]
	@$(call find_python,run tests.bench.bot $(if $(AGAINST),"$$AGAINST"))

.PHONY: bench-streams
bench-streams: ## Measure the memory of a thousand open chats
	@$(call find_python,run tests.bench.streams)

.PHONY: bench-guidance
bench-guidance: ## Measure the search in a catalogue that is made for it: [SECTIONS=100000]
	@$(call find_python,run tests.bench.guidance.large $(if $(SECTIONS),"$$SECTIONS"))

.PHONY: chaos
chaos: ## Kill every program again and again while customers write: [ENGINE=postgresql] [MESSAGES=20000]
	@$(call find_python,run-trained tests.chaos $(if $(ENGINE),--engine "$$ENGINE") \
	  $(if $(MESSAGES),--messages "$$MESSAGES") $(if $(CONVERSATIONS),--conversations "$$CONVERSATIONS"))

.PHONY: evaluate-nlu
evaluate-nlu: ## Measure the model on messages of your own: FILE=messages.jsonl
	@test -n "$$FILE" || { echo 'On which? make evaluate-nlu FILE=messages.jsonl' >&2; exit 1; }
	@$(call find_python,evaluate-nlu "$$FILE")

.PHONY: evaluate-entities
evaluate-entities: ## Measure what the bot finds in messages: FILE=labelled.jsonl [MISTAKES=1]
	@test -n "$$FILE" || { echo 'On which? make evaluate-entities FILE=labelled.jsonl' >&2; exit 1; }
	@$(call find_python,evaluate-entities "$$FILE" $(if $(MISTAKES),--mistakes))

.PHONY: compare-stock
compare-stock: ## Set the bot beside Rasa's stock pipeline (hours, once): [FILE=x.jsonl] [MINUTES=60] [PERCENT=15]
	@$(call find_python,compare-stock $(if $(MINUTES),"$$MINUTES",0) $(if $(PERCENT),"$$PERCENT",100) $(if $(FILE),"$$FILE"))

.PHONY: benchmark-nlu
benchmark-nlu: ## Teach the intent model public benchmarks: [FOLDER=benchmarks] [ONLY=hint3]
	@$(call find_python,benchmark-nlu $(if $(FOLDER),"$$FOLDER",../shared/eval/benchmarks) $(if $(ONLY),"$$ONLY"))

# A machine may set NAME as well (WSL does), so only the one given to make counts.
given_name = $(if $(filter command line,$(origin NAME)),given)
# The locale of a machine may set LANGUAGE as well, so only the one given to make counts.
given_language = $(if $(filter command line,$(origin LANGUAGE)),$(LANGUAGE))
language = $(if $(filter command line,$(origin LANGUAGE)),"$$LANGUAGE",en)

.PHONY: evaluate-guidance
evaluate-guidance: ## Measure the search: SECTIONS=s.jsonl QUESTIONS=q.jsonl [LANGUAGE=pt]
	@test -n "$$SECTIONS" && test -n "$$QUESTIONS" || { \
	  echo 'On which? make evaluate-guidance SECTIONS=s.jsonl QUESTIONS=q.jsonl' >&2; exit 1; }
	@$(call find_python,run aftercare.guidance.evaluate "$$SECTIONS" "$$QUESTIONS" $(language))

.PHONY: compare-guidance
compare-guidance: ## Set the search beside plain BM25, with pictures: [SECTIONS=s.jsonl QUESTIONS=q.jsonl]
	@$(call find_python,run tests.bench.guidance.compare \
	  $(if $(SECTIONS),"$$SECTIONS" "$$QUESTIONS"))

.PHONY: calibrate-guidance
calibrate-guidance: ## Learn from the project's questions how likely a found section answers
	@$(call find_python,run tests.bench.guidance.calibrate)

.PHONY: clean
clean: ## Remove environments, models and var/ with the database, after asking (FORCE=1: without)
	@$(call find_python,clean)

export BODIES CONVERSATIONS EMAIL ENGINE FILE FOLDER FORCE JSON KIND MESSAGE MESSAGES MINUTES NAME ONLY
export PERCENT PERSON QUESTIONS ROLE SECTIONS TICKETS

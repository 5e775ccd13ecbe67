# Two commands: `make demo` and `make test`. Both install into .venv first, once.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: demo test check bench soak eval install format clean

# The judged matches that `make eval` measures on.
JUDGED ?= ../shared/eval

# So many processes share the tests; files stay whole, the long ones first. One more than the cores of a small machine:
# half of their time is waiting.
WORKERS ?= 3
SHARED_OUT := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

install: .venv/installed

# The CPU build of torch is taken when the package index offers one under its version; see README.
.venv/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e ".[test]"
	touch $@

demo: install
	$(BIN)/fondvakt demo

test: install
	$(BIN)/python -m pytest $(SHARED_OUT)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest $(SHARED_OUT)

bench: install
	$(BIN)/python -m bench

eval: install
	$(BIN)/fondvakt evaluate --calls $(JUDGED)/calls.jsonl.gz --needs $(JUDGED)/needs.tsv --qrels $(JUDGED)/qrels.tsv --needs-en $(JUDGED)/needs-en.tsv --simulate

# A night's run: 50,000 letters and 500 kills, and sixty simulated weeks twenty times over. SOAK="--share 0.1" tries a tenth.
soak: install
	$(BIN)/python -m bench.soak $(SOAK)

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv build *.egg-info

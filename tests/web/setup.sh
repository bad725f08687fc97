#!/bin/sh
# Installs what the browser tests need into WEB_MODULES, once for each state of the lock file.
set -eu
mkdir -p "$WEB_MODULES"
cd "$WEB_MODULES"
cmp -s "$SOURCE_DIR/tests/web/package-lock.json" installed && exit 0
cp "$SOURCE_DIR/tests/web/package.json" "$SOURCE_DIR/tests/web/package-lock.json" .
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
cp package-lock.json installed

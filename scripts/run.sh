#!/usr/bin/env bash
# Set up the demo and start it: keys, database, people, web and worker. Called by `make run`.
set -euo pipefail
folder=${INSTANCE:-$PWD/instance}
python=$VENV/bin/python
flask="$VENV/bin/flask --app webapp"

$python -m webapp.makekeys "$folder"
set -a
# shellcheck source=/dev/null
. "$folder/keys.env"
DATABASE_URL=${DATABASE_URL:-sqlite:///$folder/naramig.sqlite}
PYTHONUNBUFFERED=1
set +a

$flask db upgrade
$flask demo load
printf '\n  Nära mig is at http://localhost:%s  (stop with Ctrl-C)\n\n' "$PORT"
PATH=$VENV/bin:$PATH exec "$VENV/bin/honcho" -f Procfile start web worker

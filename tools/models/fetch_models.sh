#!/usr/bin/env bash
# Installs the models of models/catalog.json into the shared model folder. Usage: fetch_models.sh [--models DIR] [NAME…]
# With --import FILE or --export FILE NAME a model is carried to a machine without a network.
# Uses the set-up's Python environment when there is one, else makes one in the cache (numpy only, hash-checked); a package
# of --export needs no such environment.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${ALCOVE_SETUP_PYTHON:-$here/../../third_party/venv/bin/python}
carries() { case " $* " in *" --export "*) return 0 ;; *" --import "*.whl" "*) return 1 ;; *" --import "*) return 0 ;; esac; return 1; }
if carries "$@"; then
  command -v python3 >/dev/null || { echo "models: python3 is needed to carry a model" >&2; exit 1; }
  [ -x "$python" ] || python=python3
elif ! "$python" -c 'import numpy' 2>/dev/null; then
  command -v python3 >/dev/null || { echo "models: python3 is needed to install a model" >&2; exit 1; }
  venv=${XDG_CACHE_HOME:-$HOME/.cache}/alcove/setup-venv
  stamp=$venv/.stamp-$(sha256sum "$here/requirements.txt" | cut -c1-16)
  if [ ! -e "$stamp" ]; then
    echo "models: preparing a Python environment in $venv"
    python3 -m venv --clear "$venv" || { echo "models: python3-venv is needed to install a model" >&2; exit 1; }
    "$venv/bin/pip" install -q --disable-pip-version-check --require-hashes -r "$here/requirements.txt" ||
      { echo "models: numpy cannot be downloaded" >&2; exit 1; }
    touch "$stamp"
  fi
  python=$venv/bin/python
fi
exec "$python" -B "$here/fetch_models.py" "$@"

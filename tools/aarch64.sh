#!/usr/bin/env bash
# Cross build for 64-bit ARM: fetches Debian's arm64 libraries into third_party/aarch64 (nothing of them is installed)
# and builds the preset `aarch64`. Needs what tools/setup.sh installs. Usage: tools/aarch64.sh [ninja arguments]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$PWD/third_party/aarch64
say() { printf '\033[1m==> %s\033[0m\n' "$*"; }

# --- ONNX Runtime: the same version as tools/setup.sh has --------------------------------------------------------
ort_version=1.31.1
ort_wheel=onnxruntime-$ort_version-cp311-cp311-manylinux_2_28_aarch64.whl
ort_sha=da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3
check() { [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status 2>/dev/null; }
if [ ! -e "$folder/onnxruntime/.stamp-lib-$ort_version" ]; then
  say "ONNX Runtime $ort_version for aarch64 (library from its Python wheel, 21 MB)"
  mkdir -p "$folder/onnxruntime/lib"
  third_party/venv/bin/pip download -q --disable-pip-version-check --no-deps --only-binary :all: \
    --python-version 3.11 --platform manylinux_2_28_aarch64 -d "$folder" onnxruntime==$ort_version
  check "$folder/$ort_wheel" $ort_sha || { echo "aarch64: $ort_wheel is not the pinned file" >&2; exit 1; }
  unzip -qpo "$folder/$ort_wheel" "onnxruntime/capi/libonnxruntime.so.$ort_version" > "$folder/onnxruntime/lib/libonnxruntime.so.1"
  rm "$folder/$ort_wheel"
  touch "$folder/onnxruntime/.stamp-lib-$ort_version"
fi

# --- Debian's libraries ------------------------------------------------------------------------------------------
packages=(libbenchmark-dev libgmock-dev libgtest-dev)
while read -r package; do packages+=("$package"); done < <(sed -n 's/^\(\(lib\|nlohmann\)[a-z0-9.+-]*-dev\)$/\1/p' tools/packages.txt | grep -v rt-19)
stamp=$folder/.stamp-root-$(printf '%s\n' "${packages[@]}" | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  say "Debian's libraries for arm64 (about 120 MB; unpacked beside the source)"
  apt=$folder/apt root=$folder/root
  rm -rf "$apt" "$root" "$folder"/.stamp-root-*
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$root"/usr/{bin,lib,sbin}
  for name in bin lib sbin; do ln -s "usr/$name" "$root/$name"; done
  : > "$apt/status"
  apt_options=(-o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o "Dir::State=$apt" -o "Dir::State::lists=$apt/lists"
               -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  apt-get "${apt_options[@]}" update -qq
  apt-get "${apt_options[@]}" install -qq -y --no-install-recommends --download-only "${packages[@]}" >/dev/null
  # Libraries, their headers and data; programs and what only they need stay out.
  for file in "$apt"/cache/archives/*.deb; do
    case $(basename "$file") in
      lib[atul]san* | libperl* | libpython* | libicu-devtools* | libglib2.0-data*) continue ;;
      lib* | linux-libc-dev* | zlib1g* | nlohmann* | googletest* | gcc-12-base* | uuid-dev* | x11proto* | xtrans*) ;;
      *) continue ;;
    esac
    dpkg-deb --fsys-tarfile "$file" | tar -x -C "$root" --no-same-owner --keep-directory-symlink --exclude='./usr/share/doc' \
      --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/share/gir-1.0' --exclude='libicu*.a'
  done
  # Development links that name their library by an absolute path would lead out of the folder.
  find "$root/usr/lib" -type l -lname '/*' | while read -r link; do
    ln -sfr "$root$(readlink "$link")" "$link"
  done
  rm -rf "$apt"
  # For qemu-aarch64: ONNX Runtime reads it, and this machine's own names no ARM processor. Two cores of a Raspberry Pi 5.
  mkdir -p "$root/proc"
  for number in 0 1; do
    printf '%s\t: %s\n' processor $number Features 'fp asimd crc32 atomics asimdhp cpuid asimdrdm asimddp' 'CPU implementer' 0x41
    printf '%s: %s\n' 'CPU architecture' 8
    printf '%s\t: %s\n' 'CPU variant' 0x4 'CPU part' 0xd0b 'CPU revision' 1
    echo
  done > "$root/proc/cpuinfo"
  touch "$stamp"
fi

export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
log=$(mktemp)
cmake --preset aarch64 >"$log" 2>&1 || { cat "$log"; rm -f "$log"; exit 1; }
rm -f "$log"
exec ninja -C build/aarch64 "$@"

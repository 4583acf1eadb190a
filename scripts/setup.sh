#!/usr/bin/env bash
# Makes a fresh machine (Node and npm, nothing else) able to build and run nuage-mount: Debian's
# packages, npm's packages, the SQLite addon, the build. What is there already is left alone.
#
# Usage: scripts/setup.sh [debian package …]    further packages that the caller needs
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

check_node() {
  command -v node >/dev/null || fail 'Node.js is missing: install Node.js 20.19 or newer, then run this again'
  node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);
  ' || fail "Node.js $(node --version) is too old: install 20.19 or newer, then run this again"
  # Debian packs it apart.
  command -v npm >/dev/null || fail 'npm is missing: install the package npm, then run this again'
}

# The command that each package is needed for; a package without one is asked of dpkg.
command_of() {
  case "$1" in
    fuse3) echo fusermount3 ;;
    build-essential) echo make ;;
    attr) echo getfattr ;;
    xfsprogs) echo mkfs.xfs ;;
    *) echo "$1" ;;
  esac
}

install_packages() {
  local missing=()
  for package in "$@"; do
    command -v "$(command_of "$package")" >/dev/null || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null ||
    fail "install these packages with your system's package manager, then run this again: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "neither root nor sudo here: ask an administrator to install ${missing[*]}"
    as_root=(sudo)
  fi
  printf 'setup: installing %s\n' "${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# For a Node.js before 22.14 (src/cache/sqlite.ts). Compiling SQLite takes a minute and a half, so the
# result is kept beside other caches.
build_sqlite() {
  [ "$(node -p process.versions.napi)" -ge 10 ] && return
  local module=node_modules/better-sqlite3
  local built=$module/build/Release/better_sqlite3.node
  local works="new (require('better-sqlite3'))(':memory:').close()"
  node -e "$works" 2>/dev/null && return
  local key
  key=$(node -p "[require('./$module/package.json').version, process.versions.modules, process.platform, process.arch].join('-')")
  local kept=${XDG_CACHE_HOME:-$HOME/.cache}/nuage-mount-build/$key.node
  mkdir -p "$(dirname "$built")" "$(dirname "$kept")"
  if [ -f "$kept" ] && cp "$kept" "$built" && node -e "$works" 2>/dev/null; then return; fi
  install_packages build-essential python3
  printf 'setup: compiling SQLite, once (about two minutes)\n'
  local headers
  headers=$(node -p "require('path').resolve(process.execPath, '../..')")
  [ -f "$headers/include/node/node_api.h" ] || fail "the headers of Node.js are missing under $headers/include/node"
  # npm knows where its node-gyp is: beside it, or elsewhere as in Debian's packages.
  npm_config_nodedir=$headers npm explore better-sqlite3 -- node-gyp rebuild --release \
    >"$module/build.log" 2>&1 ||
    fail "compiling SQLite failed: see $module/build.log"
  node -e "$works"
  cp "$built" "$kept"
}

install_modules() {
  local stamp=node_modules/.nuage-setup
  local wanted
  wanted="$(node --version) $(cksum <package-lock.json)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
  build_sqlite
  printf '%s' "$wanted" >"$stamp"
}

# The package's udev rule opens the device to everybody; a container has no udev to apply it.
open_device() {
  [ -c /dev/fuse ] || return 0
  if [ "$(id -u)" -eq 0 ] && [ "$(stat -c %a /dev/fuse)" != 666 ]; then chmod 666 /dev/fuse; fi
}

check_node
if [ "$(uname)" = Linux ]; then
  install_packages fuse3 "$@"
  open_device
fi
install_modules
npm run --silent build

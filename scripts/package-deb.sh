#!/usr/bin/env bash
# Builds the Debian package: the program, its modules and Node.js itself, which Debian has too old.
#
# Usage: scripts/package-deb.sh [amd64|arm64]    default: the architecture of this machine
# The result: build/nuage-mount_VERSION_ARCHITECTURE.deb
#
# Either is built on any machine: nothing is compiled. Node.js, SQLite and koffi come from packages of
# npm that hold them for each architecture.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022

# A release with long-term support. The packages node-linux-* hold Node's own builds and headers.
node_version=24.21.0

architecture=${1:-$(dpkg --print-architecture)}
case "$architecture" in
  amd64) node_arch=x64 ;;
  arm64) node_arch=arm64 ;;
  *) printf 'package-deb: amd64 or arm64, not %s\n' "$architecture" >&2 && exit 2 ;;
esac

project=$PWD
version=$(node -p "require('./package.json').version")
kept=${XDG_CACHE_HOME:-$HOME/.cache}/nuage-mount-build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
home=$root/usr/lib/nuage-mount

say() {
  printf 'package-deb: %s\n' "$*"
}

fail() {
  say "$*" >&2
  exit 1
}

# Sets `node`: a folder with bin/node, include/node and LICENSE for the target.
fetch_node() {
  node=$kept/node-$node_version-$node_arch
  [ -x "$node/bin/node" ] && return
  say "fetching Node.js $node_version for $architecture"
  mkdir -p "$work/node"
  local file
  file=$(npm pack --silent --pack-destination "$work" "node-linux-$node_arch@$node_version")
  tar -xzf "$work/$file" -C "$work/node"
  mkdir -p "$kept"
  rm -rf "$node"
  mv "$work/node/package" "$node"
}

# The program as npm packs it, with the modules that the lock file names for the target.
install_program() {
  mkdir -p "$home"
  local file
  file=$(npm pack --silent --pack-destination "$work" | tail -1)
  tar -xzf "$work/$file" -C "$home" --strip-components=1
  cp package-lock.json "$home/"
  (cd "$home" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error \
    --os=linux --cpu="$node_arch" --libc=glibc)
  install -D "$node/bin/node" "$home/bin/node"
}

# What an older Node.js, other platforms or compiling would need.
remove_unneeded() {
  local modules=$home/node_modules
  (cd "$home" && "$project/node_modules/.bin/tsx" "$project/scripts/unneeded-modules.ts" \
    better-sqlite3 node-addon-api | xargs -r rm -r)
  rm -rf "$home/package-lock.json" "$modules/.package-lock.json" "$modules/.bin" \
    "$modules"/better-sqlite3-napi/{deps,src,binding.gyp} "$modules"/koffi/{lib,vendor,doc,cnoke.cjs} \
    "$modules"/@koromix/*/musl_*
  find "$modules/koffi/src" -type f ! -name '*.js' ! -name '*.cjs' -delete
  find "$modules/better-sqlite3-napi/prebuilds" -type f ! -name "linux-$node_arch.node" -delete
  find "$modules" \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.md' \) \
    ! -iname 'licen*' -delete
  find "$modules" -type f -exec chmod a-x {} +
  find "$root" -type d -empty -delete
}

install_integration() {
  install -Dm755 packaging/debian/nuage-mount.sh "$root/usr/bin/nuage-mount"
  install -Dm644 packaging/nuage-mount.desktop "$root/usr/share/applications/nuage-mount.desktop"
  install -Dm644 packaging/nuage-mount.svg \
    "$root/usr/share/icons/hicolor/scalable/apps/nuage-mount.svg"
  local program=(node "$project/dist/cli/main.js") shared=$root/usr/share
  mkdir -p "$shared"/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d} \
    "$shared/man/man1" "$root/usr/lib/systemd/user"
  "${program[@]}" completion bash >"$shared/bash-completion/completions/nuage-mount"
  "${program[@]}" completion zsh >"$shared/zsh/vendor-completions/_nuage-mount"
  "${program[@]}" completion fish >"$shared/fish/vendor_completions.d/nuage-mount.fish"
  "${program[@]}" completion man | gzip -9n >"$shared/man/man1/nuage-mount.1.gz"
  node_modules/.bin/tsx scripts/systemd-unit.ts >"$root/usr/lib/systemd/user/nuage-mount@.service"
}

# The terms of each module lie beside it or are told in our own file.
check_terms() {
  local module
  for module in "$home"/node_modules/{[!@]*,@*/*}; do
    [ -n "$(find "$module" -maxdepth 1 -iname 'licen*')" ] ||
      grep -qF "${module#"$home/node_modules/"}" packaging/debian/copyright ||
      fail "no licence of $module"
  done
}

install_documents() {
  local documents=$root/usr/share/doc/nuage-mount
  mkdir -p "$documents"
  mv "$home"/{README.md,CHANGELOG.md,docs} "$documents/"
  # For Debian's tools, which want this form; what has changed is told in CHANGELOG.md.
  printf '%s\n' "nuage-mount ($version) unstable; urgency=medium" '' '  * See CHANGELOG.md.' '' \
    " -- $(sed -n 's/^Maintainer: //p' packaging/debian/control)  $(git log -1 --format=%cD)" |
    gzip -9n >"$documents/changelog.gz"
  {
    cat packaging/debian/copyright
    printf '\nNode.js, with what it contains:\n\n'
    cat "$node/LICENSE"
  } >"$documents/copyright"
}

# The newest C library that anything compiled here asks for.
newest_glibc() {
  find "$home" -type f \( -name '*.node' -o -path '*/bin/node' \) -exec readelf -W --version-info {} + |
    grep -oE '\bGLIBC_[0-9.]+' | sed 's/GLIBC_//' | sort -uV | tail -1
}

write_control() {
  mkdir -p "$root/DEBIAN"
  sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
    -e "s/@GLIBC@/$(newest_glibc)/" -e "s/@SIZE@/$(du -sk "$root/usr" | cut -f1)/" \
    packaging/debian/control >"$root/DEBIAN/control"
  (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
}

fetch_node
install_program
remove_unneeded
check_terms
install_integration
install_documents
write_control
mkdir -p build
result=build/nuage-mount_${version}_$architecture.deb
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) dpkg-deb --root-owner-group -Zxz -z2 --build \
  "$root" "$result"
say "$(du -h "$result" | cut -f1), installed $(du -sh "$root/usr" | cut -f1)"

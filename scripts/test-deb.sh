#!/usr/bin/env bash
# Installs the Debian package in a fresh minimal Debian and uses it there as an ordinary user: mounts
# the embedded Nuage, reads, writes, unmounts; then removes the package. Takes some minutes, needs
# root, debootstrap and /dev/fuse; for arm64 on another machine also qemu-user-static, registered in
# binfmt_misc with the flag C: without it fusermount3, which is set-user-ID, does not become root.
#
# Usage: scripts/test-deb.sh FILE.deb [SUITE]    default: bookworm
set -euo pipefail

package=$(realpath "$1")
suite=${2:-bookworm}
architecture=$(dpkg-deb --field "$package" Architecture)
kept=${XDG_CACHE_HOME:-$HOME/.cache}/nuage-mount-build/$suite-$architecture.tar

# Whatever is mounted below ends with this namespace, also when the script is killed.
if [ "${NUAGE_UNSHARED:-}" = '' ]; then
  NUAGE_UNSHARED=1 exec unshare --mount --pid --fork --kill-child "$0" "$package" "$suite"
fi

work=$(mktemp -d)
root=$work/root
clean_up() {
  umount --lazy "$root"/home/*/* "$root/proc" "$root/dev/fuse" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT

say() {
  printf 'test-deb: %s\n' "$*"
}

inside() {
  timeout 600 chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}

as_user() {
  inside setpriv --reuid=1000 --regid=1000 --clear-groups \
    env HOME=/home/eleve USER=eleve bash -euo pipefail -c "cd; $1"
}

make_root() {
  if [ ! -f "$kept" ]; then
    say "bootstrapping $suite for $architecture"
    mkdir -p "$(dirname "$kept")" "$work/fresh"
    debootstrap --variant=minbase --arch="$architecture" "$suite" "$work/fresh" >"$work/log" ||
      { tail "$work/log" && exit 1; }
    tar -cf "$kept.new" -C "$work/fresh" .
    mv "$kept.new" "$kept"
    rm -rf "$work/fresh"
  fi
  mkdir "$root"
  tar -xf "$kept" -C "$root"
  cp /etc/resolv.conf "$root/etc/"
  mount -t proc proc "$root/proc"
  # A minimal root has none; fusermount3 wants it.
  ln -sf ../proc/self/mounts "$root/etc/mtab"
  touch "$root/dev/fuse"
  mount --bind /dev/fuse "$root/dev/fuse"
}

make_root
cp "$package" "$root/tmp/nuage-mount.deb"
say 'installing'
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /tmp/nuage-mount.deb >"$work/log" 2>&1 ||
  { cat "$work/log" && exit 1; }
inside useradd --create-home --uid 1000 eleve
inside dpkg --verify nuage-mount
for file in lib/systemd/user/nuage-mount@.service share/applications/nuage-mount.desktop \
  share/bash-completion/completions/nuage-mount share/man/man1/nuage-mount.1.gz \
  share/icons/hicolor/scalable/apps/nuage-mount.svg; do
  [ -s "$root/usr/$file" ] || { say "missing: /usr/$file" && exit 1; }
done

say "running $(as_user 'nuage-mount --version') with Node.js $(inside /usr/lib/nuage-mount/bin/node --version)"
as_user '
  nuage-mount demo ~/Nuage >~/said 2>&1 &
  demo=$!
  for _ in $(seq 600); do
    mountpoint -q ~/Nuage && break
    kill -0 $demo || { cat ~/said; exit 1; }
    sleep 0.2
  done
  [ "$(stat -c %U ~/Nuage)" = eleve ]
  find ~/Nuage -type f | wc -l
  cat ~/Nuage/À*
  echo devoir >~/Nuage/devoir.txt
  nuage-mount sync ~/Nuage
  server=$(sed -n "s/.*own folder is \(.*\): a change.*/\1/p" ~/said)
  [ "$(cat "$server/devoir.txt")" = devoir ]
  nuage-mount status ~/Nuage
  nuage-mount doctor
  nuage-mount unmount ~/Nuage
  wait $demo
  ! mountpoint -q ~/Nuage
'
say 'removing'
inside apt-get remove -y -qq -o Dpkg::Use-Pty=0 nuage-mount >/dev/null
left=$(inside find /usr /etc -iname '*nuage*')
[ -z "$left" ] || { say "left behind: $left" && exit 1; }
say "good: $(basename "$package") on $suite"

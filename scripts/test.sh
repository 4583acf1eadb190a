#!/usr/bin/env bash
# Sets up, then runs every check: format, lint, types, build, tidy, and all tests with real mounts.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(build-essential git rsync sqlite3 attr python3 openssl)
# For disks whose power is cut, which only root has.
[ "$(id -u)" -eq 0 ] && packages+=(xfsprogs)
scripts/setup.sh "${packages[@]}"
npm run --silent format:check
npm run --silent lint
npm run --silent typecheck
npm run --silent tidy

results=$(mktemp)
trap 'rm -f "$results"' EXIT
status=0
npx vitest run --reporter=default --reporter=json --outputFile.json="$results" || status=$?
node -e '
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    require("fs").readFileSync(process.argv[1], "utf8"),
  );
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : "";
  console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped}`);
' "$results"
exit "$status"

#!/usr/bin/env bash
# Installs what is missing, builds, and mounts an embedded Nuage with the account of a teacher.
#
# Usage: scripts/demo.sh [dir]    default: a fresh folder under your home
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)

# Outside the project's folder, so that a relative `dir` is where the user stands.
"$project/scripts/setup.sh"
exec node "$project/dist/cli/main.js" demo "$@"

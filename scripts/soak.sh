#!/usr/bin/env bash
# Runs one of the tests that know no end for as long as wanted, at low priority:
#   scripts/soak.sh model [HISTORIES]     random histories against the models (10000)
#   scripts/soak.sh planner [HISTORIES]   the planner against a strict server (1000000)
#   scripts/soak.sh crash                 all pairs of small histories, killed at every point
#   scripts/soak.sh kill [KILLS]          kill -9 of a real mount at work (200)
#   scripts/soak.sh power [CUTS]          power cuts on ext4 and xfs, as root (100 each)
#   scripts/soak.sh fsx [ROUNDS]          random operations on a file, against the local disk (500)
#   scripts/soak.sh nth                   every Nth failure of the disk and of the server
#   scripts/soak.sh matrix                every request against every fault of server and line
# What fails says the seed; NUAGE_MODEL_SEED=SEED, or NUAGE_FSX_SEED=SEED, plays the same again.
set -euo pipefail
cd "$(dirname "$0")/.."

run() { nice -n 15 npx vitest run "$@"; }

case "${1:-}" in
  model) NUAGE_MODEL_RUNS=${2:-10000} run test/model ;;
  planner) NUAGE_PLANNER_RUNS=${2:-1000000} run test/sync/planner-properties.test.ts ;;
  crash) NUAGE_CRASH_PAIRS=1 run test/crash/small-histories.test.ts ;;
  kill) NUAGE_KILLS=${2:-200} run test/crash/kill.test.ts ;;
  power) NUAGE_CUTS=${2:-100} run test/crash/power-cut.test.ts ;;
  fsx) NUAGE_FSX_ROUNDS=${2:-500} run test/mount/fsx.test.ts ;;
  nth) NUAGE_NTH_STRIDE=1 run test/faults/nth-failure.test.ts ;;
  matrix) NUAGE_MATRIX_STRIDE=1 run test/faults/matrix.test.ts ;;
  *)
    sed -n '2,11s/^# \?//p' "$0" >&2
    exit 2
    ;;
esac

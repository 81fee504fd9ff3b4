#!/bin/bash
# npm run test:vm [SUITE...]: boots a throwaway Debian machine of each suite, with systemd and the unified cgroup
# hierarchy alone, and runs suite.ts there against the built tsbox. Reports are kept in test/vm/.report/. ONLY=PATTERN
# runs the checks whose sentences match alone.
set -euo pipefail
unset NODE_EXTRA_CA_CERTS # each start of Node would read the whole file
cd "$(dirname "$0")/../.."
(($#)) || set -- bookworm trixie

skip() { echo "test:vm: skipped: $*"; exit 0; }
[[ $UID == 0 ]] || skip 'it needs root'
for program in qemu-system-x86_64 debootstrap mkfs.ext4 apt-get; do
    command -v "$program" >/dev/null || skip "there is no $program (apt-get install debootstrap e2fsprogs qemu-system-x86)"
done

share=$(mktemp -d)
chmod 755 "$share" # the guest's other user looks here too
trap 'rm -rf "$share"' EXIT
node build.mjs
cp -a bin config dist package.json "$share"
rm -rf "$share/dist/types"
cp "$(node --import tsx fixtures/make.ts busybox)" "$share/busybox.tar"
node_modules/.bin/esbuild test/vm/suite.ts --bundle --platform=node --format=esm --log-level=warning \
    --outfile="$share/suite.mjs"

reports=test/vm/.report
mkdir -p "$reports"
worst=0
for suite in "$@"; do
    echo "test:vm: $suite"
    status=0
    test/vm/vm-run --suite "$suite" --share "$share" --reboots --time-limit 7200 -- node suite.mjs "${ONLY:-}" >"$reports/$suite.txt" || status=$?
    cat "$reports/$suite.txt"
    ((status == 0)) || worst=1
    ((status < 2)) || echo "test:vm: $suite ended with status $status"
done
for suite in "$@"; do echo "test:vm: $suite: $(tail -n 1 "$reports/$suite.txt")"; done
exit $worst

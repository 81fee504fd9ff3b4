#!/bin/bash
# npm run test:vm [SUITE[=PATTERN]...]: boots a throwaway Debian machine of each suite, with systemd and the unified cgroup
# hierarchy alone, all at the same time, and runs suite.ts there against the built tsbox. Reports are kept in test/vm/.report/.
# Only checks whose sentences match PATTERN are run, or match ONLY where there is none.
set -euo pipefail
unset NODE_EXTRA_CA_CERTS # each start of Node would read the whole file
cd "$(dirname "$0")/../.."
(($#)) || set -- bookworm trixie

skip() { echo "test:vm: skipped: $*"; exit 0; }
[[ $UID == 0 ]] || skip 'it needs root'
for program in qemu-system-x86_64 debootstrap mkfs.ext4 apt-get; do
    command -v "$program" >/dev/null || skip "there is no $program (apt-get install debootstrap e2fsprogs qemu-system-x86)"
done

work=$(mktemp -d)
machines=()
trap '((${#machines[@]} == 0)) || kill "${machines[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
node build.mjs
mkdir "$work/built"
cp -a bin config dist package.json "$work/built"
rm -rf "$work/built/dist/types"
cp "$(node --import tsx fixtures/make.ts busybox)" "$work/built/busybox.tar"
node_modules/.bin/esbuild test/vm/suite.ts --bundle --platform=node --format=esm --log-level=warning \
    --outfile="$work/built/suite.mjs"

reports=test/vm/.report
mkdir -p "$reports"
suites=()
for wanted in "$@"; do
    suite=${wanted%%=*} pattern=${ONLY:-}
    [[ $wanted != *=* ]] || pattern=${wanted#*=}
    # A machine writes into the folder that it shares. The guest's other user looks there, too.
    cp -a "$work/built" "$work/$suite"
    test/vm/vm-run --suite "$suite" --share "$work/$suite" --reboots --time-limit 7200 -- node suite.mjs "$pattern" >"$reports/$suite.txt" &
    machines+=($!)
    suites+=("$suite")
done
worst=0
for at in "${!suites[@]}"; do
    suite=${suites[at]} status=0
    wait "${machines[at]}" || status=$?
    echo "test:vm: $suite"
    cat "$reports/$suite.txt"
    ((status == 0)) || worst=1
    ((status < 2)) || echo "test:vm: $suite ended with status $status"
done
machines=()
for suite in "${suites[@]}"; do echo "test:vm: $suite: $(tail -n 1 "$reports/$suite.txt")"; done
exit $worst

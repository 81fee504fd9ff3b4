import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {HostFacts} from '../../host/facts.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import {decompression, extraction} from './extraction.ts';
import {jail} from './jail.ts';
import {unpackScript} from '../unpack/unpack-script.ts';

const file = new URL('../../../test/facts/v1-bookworm.json', import.meta.url);
const facts = loadFacts(readFileSync(file, 'utf8'), file.pathname);
const {tar} = facts.tools;
const toolbox = '/var/lib/tsbox/tools/id';

test('tar is locked into the folder with the capabilities it needs', () => {
	const {argv, script} = jail(facts, extraction(facts), toolbox);
	expect(argv.slice(0, -2).join(' ')).toMatchInlineSnapshot(
		`"/usr/bin/unshare --mount --pid --ipc --uts --net --cgroup --fork --kill-child --propagation private /usr/bin/dash -euc"`,
	);
	expect(script).toMatchInlineSnapshot(`
		"cd "$1"
		/usr/bin/mount -n -t tmpfs -o mode=0755,size=64k,nr_inodes=16,nosuid,nodev,noexec jail "$1"
		/usr/bin/mkdir "$1/old" "$1/proc" "$1/tools" "$1/root"
		/usr/bin/mount -n -c --bind . "$1/root"
		/usr/bin/mount -n --bind -o ro,nosuid,nodev /var/lib/tsbox/tools/id "$1/tools"
		/usr/bin/mount -n -t proc -o ro,nosuid,nodev,noexec proc "$1/proc"
		cd "$1/tools"
		/usr/sbin/pivot_root "$1" "$1/old"
		./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ./usr/lib/x86_64-linux-gnu ./usr/bin/umount -n -l /old /tools /proc
		./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ./usr/lib/x86_64-linux-gnu ./usr/sbin/pivot_root /root /root
		exec ./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ./usr/lib/x86_64-linux-gnu ./usr/bin/setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+mknod,+setfcap ./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ./usr/lib/x86_64-linux-gnu ./usr/bin/tar -xpf - -C / --numeric-owner --same-owner --xattrs --xattrs-include=security.capability '--xattrs-include=user.*' '--xattrs-exclude=user.overlay.*' --delay-directory-restore --warning=no-timestamp --warning=no-unknown-keyword --blocking-factor=2048"
	`);
});

test('a decoder gets an empty root and runs as nobody', () => {
	expect(jail(facts, decompression('xz'), toolbox).script).toMatchInlineSnapshot(`
		"cd "$1"
		/usr/bin/mount -n -t tmpfs -o mode=0755,size=64k,nr_inodes=16,nosuid,nodev,noexec jail "$1"
		/usr/bin/mkdir "$1/old" "$1/proc" "$1/tools"
		/usr/bin/mount -n --bind -o ro,nosuid,nodev /var/lib/tsbox/tools/id "$1/tools"
		/usr/bin/mount -n -t proc -o ro,nosuid,nodev,noexec proc "$1/proc"
		cd "$1/tools"
		/usr/sbin/pivot_root "$1" "$1/old"
		./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ./usr/lib/x86_64-linux-gnu ./usr/bin/umount -n -l /old /tools /proc
		exec ./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ./usr/lib/x86_64-linux-gnu ./usr/bin/setpriv --no-new-privs --inh-caps=-all --bounding-set=-all --reuid=65534 --regid=65534 --clear-groups ./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ./usr/lib/x86_64-linux-gnu ./usr/bin/xz -dc"
	`);
});

test('copied tools keep their paths below the toolbox, and an applet its name', () => {
	const copied: HostFacts = {
		...facts,
		tools: {
			...facts.tools,
			umount: {path: '/bin/busybox', applet: 'umount', loader: null, libraryPath: [], flags: [], version: 'BusyBox'},
		},
	};
	const {script} = jail(copied, decompression('xz'), "/run/it's tools");
	expect(script).toContain(`bind -o ro,nosuid,nodev '/run/it'\\''s tools' "$1/tools"`);
	expect(script).toContain('\n./bin/busybox umount -n -l /old');
	expect(script).toContain('./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path');
});

test.each<[string, Partial<HostFacts>, string]>([
	['a host without setpriv', {tools: {...facts.tools, setpriv: null}}, 'E_HOST_UNSUPPORTED'],
	[
		'a tar that keeps no file capabilities',
		{tools: {...facts.tools, tar: tar && {...tar, flags: ['numeric-owner']}}},
		'E_HOST_UNSUPPORTED',
	],
])('refuses %s', (_, difference, code) => {
	const other = {...facts, ...difference};
	expect(() => jail(other, extraction(other), toolbox)).toThrow(expect.objectContaining({code}));
});

test("a compiled container's script checks the archive's digest and stores the image atomically", () => {
	const digest = `sha256:${'a'.repeat(64)}`;
	const lines = unpackScript(facts, {
		archive: "/it's/a.tar.gz",
		digest,
		store: '/var/lib/tsbox',
		created: 0,
		compression: 'gzip',
		toolbox,
	});
	expect(lines.map(line => line.replace(/'cd .*/s, "'…'")).join('\n')).toMatchInlineSnapshot(`
		"# shellcheck disable=SC2016,SC2086
		[ -e /var/lib/tsbox/images/sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/image.json ] || (
			LC_ALL=C; export LC_ALL
			archive='/it'\\''s/a.tar.gz'
			if [ "$(sha256sum <"$archive")" != 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  -' ]; then
				echo "$archive is not the archive that this script was made for" >&2; exit 125
			fi
			# Named after this process and its start time (proc_pid_stat(5), field 22), so that \`tsbox gc\` can remove it after a kill.
			read -r stat </proc/$$/stat
			set -- \${stat##*) }
			work=/var/lib/tsbox/tmp/$$-\${20}-sh
			(umask 077; mkdir -p /var/lib/tsbox /var/lib/tsbox/images /var/lib/tsbox/tmp) || exit 125
			mkdir -m 0700 "$work" || exit 125
			trap 'rm -rf "$work"' EXIT
			trap 'exit 130' HUP INT TERM
			mkdir -m 0755 "$work/rootfs" || exit 125
			unpacked() {
				/usr/bin/unshare --mount --pid --ipc --uts --net --cgroup --fork --kill-child --propagation private /usr/bin/dash -euc '…'
			}
			extracted() {
				/usr/bin/unshare --mount --pid --ipc --uts --net --cgroup --fork --kill-child --propagation private /usr/bin/dash -euc '…'
			}
			# A pipe returns the status of its last command alone; here both must be 0.
			status=$({ { unpacked && echo 0 >&3; } | { extracted && echo 0 >&3; }; } 3>&1)
			[ "$status" = "$(printf '0\\n0')" ] || { echo "$archive could not be unpacked" >&2; exit 125; }
			printf '%s\\n' '{"schema":1,"digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","archive":"/it'\\''s/a.tar.gz","bytes":null,"entries":null,"created":0}' >"$work/image.json" || exit 125
			/usr/bin/sync -f "$work" || exit 125
			mv -T "$work" /var/lib/tsbox/images/sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa || [ -e /var/lib/tsbox/images/sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/image.json ]
		)"
	`);
});

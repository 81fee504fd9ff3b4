import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {canRunMainJob, diagnose} from './diagnose.ts';
import type {HostFacts} from '../facts.ts';
import {loadFacts} from '../facts/saved-facts.ts';

function saved(name: string): HostFacts {
	return loadFacts(readFileSync(new URL(`../../../test/facts/${name}.json`, import.meta.url), 'utf8'), name);
}

function lines(facts: HostFacts): readonly string[] {
	return diagnose(facts)
		.filter(({state}) => state !== 'ok')
		.map(({state, subject, found, without, hint}) => `${state}: ${subject}: ${found}; ${without}; ${hint}`);
}

const trixie = saved('v2-trixie');

test.each(['v1-bookworm', 'v2-bookworm', 'v2-trixie'])('%s can run containers', name => {
	expect(canRunMainJob(saved(name))).toBe(true);
});

test('every finding has a unique id, and a hint only when something is wrong', () => {
	for (const name of ['v1-bookworm', 'v2-bookworm', 'v2-trixie']) {
		const findings = diagnose(saved(name));
		expect(new Set(findings.map(({id}) => id)).size).toBe(findings.length);
		expect(findings.filter(({state, hint}) => state === 'ok' && hint !== null)).toEqual([]);
	}
});

test('the cgroup v1 machine lacks nothing', () => {
	expect(lines(saved('v1-bookworm'))).toMatchInlineSnapshot(`[]`);
});

test('a small Debian lacks compressors and an init, and gets the packages as hints', () => {
	expect(lines(trixie)).toMatchInlineSnapshot(`
		[
		  "warn: zstd: not found; \`rootfs:\` cannot be a .tar.zst archive; apt-get install zstd",
		  "warn: xz: not found; \`rootfs:\` cannot be a .tar.xz archive; apt-get install xz-utils",
		  "warn: bzip2: not found; \`rootfs:\` cannot be a .tar.bz2 archive; apt-get install bzip2",
		  "warn: tini or catatonit: not found; \`init: true\` runs a shell as process 1, which reaps zombies but forwards no signals; apt-get install tini",
		]
	`);
});

test("Ubuntu's restriction comes first, with an AppArmor profile as its hint", () => {
	const facts = {...trixie, userNamespace: {...trixie.userNamespace, apparmorRestricted: true}};
	expect(diagnose(facts)[0]).toMatchInlineSnapshot(`
		{
		  "area": "caller",
		  "found": "kernel.apparmor_restrict_unprivileged_userns = 1",
		  "hint": "cat > /etc/apparmor.d/tsbox-unshare <<'END' && apparmor_parser --replace /etc/apparmor.d/tsbox-unshare
		abi <abi/4.0>,
		include <tunables/global>

		profile tsbox-unshare /usr/bin/unshare flags=(unconfined) {
		  userns,
		  include if exists <local/tsbox-unshare>
		}
		END",
		  "id": "userns.apparmor",
		  "state": "warn",
		  "subject": "AppArmor and user namespaces",
		  "without": "only root can create user namespaces",
		}
	`);
});

test('an unprivileged user can run containers with a user namespace, but not without', () => {
	const {userNamespace} = trixie;
	const who = (changes: Partial<typeof userNamespace>): HostFacts => ({
		...trixie,
		overlay: {...trixie.overlay, tmpfs: changes.apparmorRestricted !== true},
		user: {uid: 1000, gid: 1000, capabilities: []},
		userNamespace: {...userNamespace, unprivileged: true, subuids: [], subgids: [], ...changes},
	});
	expect(canRunMainJob(who({}))).toBe(true);
	expect(lines(who({})).filter(line => /user|ids/.test(line))).toMatchInlineSnapshot(`
		[
		  "warn: the user: user 1000, rootless; containers run in a user namespace: no limits, \`pause\`, or \`update\` unless systemd delegates a cgroup v2; containers, images, and volumes of root are out of reach; sudo tsbox doctor",
		  "warn: subordinate ids: 0 users, 0 groups; a user namespace has a single user; usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$(id -nu 1000)"",
		]
	`);
	for (const change of [{max: 0}, {unprivileged: false}, {apparmorRestricted: true}]) {
		expect(canRunMainJob(who(change))).toBe(false);
		expect(lines(who(change))).toContain(
			'missing: the user: user 1000, cannot create user namespaces; namespaces, mounts, and cgroups cannot be created; sudo tsbox doctor',
		);
	}
});

test('warns an ordinary user about missing subordinate ids, and root about shared ones', () => {
	const {userNamespace} = trixie;
	const warnings = (changes: Partial<typeof userNamespace>): readonly string[] =>
		lines({...trixie, userNamespace: {...userNamespace, ...changes}}).filter(line => line.includes('subordinate'));
	expect(warnings({subuids: [], subgids: []})).toEqual([]);
	const own = {...trixie, user: {...trixie.user, uid: 1000}, userNamespace: {...userNamespace, subuids: []}};
	expect(lines(own).find(line => line.includes('subordinate'))).toContain('usermod --add-subuids');
	expect(warnings({sharers: ['alice']})[0]).toContain('alice shares some of these ids');
});

test('names what does not work without control groups, overlays, and a filter loader', () => {
	const facts: HostFacts = {
		...trixie,
		packageManager: 'apk',
		tools: {
			...trixie.tools,
			perl: null,
			tini: trixie.tools.sh,
			zstd: trixie.tools.sh,
			xz: null,
			bzip2: trixie.tools.sh,
		},
		cgroup: {...trixie.cgroup, layout: 'none', unified: null, unifiedControllers: [], writable: false},
		overlay: {store: false, tmpfs: false, hostLower: false, idmapped: false, why: "unknown filesystem type 'overlay'"},
		seccomp: {kernel: true, loader: null},
	};
	expect(canRunMainJob(facts)).toBe(true);
	expect(lines(facts)).toMatchInlineSnapshot(`
		[
		  "warn: xz: not found; \`rootfs:\` cannot be a .tar.xz archive; apk add cmd:xz",
		  "warn: overlay filesystem: does not work: unknown filesystem type 'overlay'; each start copies the whole root filesystem, and \`rootfs: host\` cannot be used; modprobe overlay",
		  "warn: system call filter: no loader: neither setpriv --seccomp-filter nor perl; only containers with \`seccomp=unconfined\` can run; apk add cmd:perl",
		  "warn: control groups: not mounted; no limit can be set, and stray processes cannot be found by their cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup",
		]
	`);
});

test('a setpriv that cannot change the user counts as missing', () => {
	const setpriv = {...(trixie.tools.setpriv ?? {path: '', applet: null, loader: null, libraryPath: []})};
	const tools = {...trixie.tools, setpriv: {...setpriv, flags: ['dump', 'nnp'], version: 'BusyBox 1.36.1'}};
	expect(canRunMainJob({...trixie, tools})).toBe(false);
	expect(lines({...trixie, tools})[0]).toMatchInlineSnapshot(
		`"missing: setpriv: BusyBox 1.36.1, /usr/bin/setpriv, without --bounding-set, --clear-groups, --groups, --inh-caps, --no-new-privs, --regid, --reuid; no container can be started; apt-get install util-linux"`,
	);
});

test('a disabled memory controller and missing swap accounting need a restart', () => {
	const cgroup = {...trixie.cgroup, unifiedControllers: ['cpu', 'cpuset', 'pids'], swapAccounting: false};
	expect(lines({...trixie, cgroup}).filter(line => /memory|swap/.test(line))).toMatchInlineSnapshot(`
		[
		  "warn: memory controller: not available; \`mem_limit:\` cannot be set; add cgroup_enable=memory to the kernel's command line and restart",
		  "warn: swap accounting: off; \`memswap_limit:\` cannot be set, and containers can exceed a memory limit by swapping; add swapaccount=1 to the kernel's command line and restart",
		]
	`);
});

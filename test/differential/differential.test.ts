import {chmodSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {testBox} from '../system/box.ts';
import {differencesOf, documented, missingRuntimes, otherReport, others, probeSpec, tsboxReport} from './runtimes.ts';

/*
 * The same OCI runtime config through tsbox, runc and crun: a probe tells what it sees, and what is not the same must be a
 * row of differences.json, which says why. A row that nothing differs by any more fails too.
 */
const specs: Readonly<Record<string, string>> = {
	'the defaults': '',
	limits:
		'mem_limit: 64m\nmemswap_limit: 64m\npids_limit: 100\nulimits: {nofile: {soft: 100, hard: 200}, core: 0}\noom_score_adj: 500\n',
	'a user': 'user: "1000:1000"\ngroup_add: ["2000"]\nworking_dir: /tmp\nenvironment: {A: "1", B: "two words"}\n',
	capabilities: 'cap_drop: [ALL]\ncap_add: [NET_BIND_SERVICE]\nsecurity_opt: [seccomp=unconfined]\n',
	mounts: 'read_only: true\nhostname: other\ntmpfs: ["/t:size=1m,mode=700"]\nvolumes: ["./shared:/shared:ro"]\n',
	settings: 'sysctls: {net.ipv4.ip_unprivileged_port_start: "0", kernel.shmmax: "1000000", fs.mqueue.msg_max: "20"}\n',
	privileged: 'privileged: true\n',
	'a terminal': 'tty: true\n',
	'a user namespace': 'userns_mode: auto\nuser: "1000:1000"\n',
};

const missing = missingRuntimes();
const covers = (key: string, pattern: string): boolean =>
	pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;

/** One key that a container of `runtime` shows otherwise. */
interface Found {
	readonly spec: string;
	readonly runtime: string;
	readonly key: string;
	readonly values: string;
}

async function compare(name: string): Promise<readonly Found[]> {
	await using box = await testBox();
	// Root of a user namespace has to find its way to the bundle.
	chmodSync(box.folder, 0o755);
	mkdirSync(join(box.folder, 'shared'));
	const spec = probeSpec(box, specs[name] ?? '');
	const ours = await tsboxReport(box, spec);
	const found: Found[] = [];
	for (const runtime of others) {
		for (const [key, values] of differencesOf(ours, await otherReport(box, spec, runtime)))
			found.push({spec: name, runtime, key, values});
	}
	return found;
}

describe.skipIf(missing.length > 0)(`beside ${others.join(' and ')} (missing: ${missing.join(', ') || 'none'})`, () => {
	const found: Found[] = [];
	beforeAll(async () => {
		for (const name of Object.keys(specs)) found.push(...(await compare(name)));
	});

	test.each(Object.keys(specs))('with %s a container sees the same, or the table says why not', name => {
		const unexplained = found
			.filter(({spec}) => spec === name)
			.filter(each => !documented().some(row => covers(each.key, row.key) && row.with.includes(each.runtime)));
		expect(unexplained).toEqual([]);
	});

	test('the table has no row that nothing differs by', () => {
		const rows = documented().flatMap(row => row.with.map(runtime => ({runtime, pattern: row.key})));
		const idle = rows.filter(
			row => !found.some(({runtime, key}) => runtime === row.runtime && covers(key, row.pattern)),
		);
		expect(idle).toEqual([]);
	});
});

import {spawnSync} from 'node:child_process';
import {existsSync, lstatSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {program} from '../support/program.ts';
import {type TestBox, testBox} from './box.ts';
import {fronted, off} from './fronted.ts';
import {until} from './until.ts';

/* A run of an unchanged spec starts no Node: bin/front.pl makes the container. Whatever a plan is made from changes, Node does it again. */

/** What a container can see of itself. */
const looks = [
	'sh',
	'-c',
	'cat /proc/self/mountinfo; grep -v -e ctxt -e SigQ -e ^Vm -e ^Rss -e Pid -e Cpus -e Speculation -e Nss /proc/self/status; cat /proc/self/limits; env; ls -la /dev /; id; umask; hostname; pwd; ls -l /proc/self/fd | wc -l; cut -d" " -f 4-8 /proc/1/stat; cat /proc/self/cgroup /proc/self/oom_score_adj; ls -l /proc/self/ns | wc -l',
];

const sameAlways = (text: string) =>
	text
		.replaceAll(/^\d+ \d+ \d+:\d+ /gm, '')
		.replaceAll(/ +\d+( root +root +0 [^\n]* proc)$/gm, '$1')
		.replaceAll(/\b[A-Z][a-z]{2} +\d+ [\d:]+/g, 'TIME');

const specs: readonly (readonly [name: string, text: string])[] = [
	['the least', ''],
	['limits', 'pids_limit: 50\ncpus: 0.5\nulimits: {nofile: 100}\n'],
	['read-only with a tmpfs', 'read_only: true\ntmpfs: [/tmp]\nenvironment: {A: "1 2", B: "ä\'$$x"}\n'],
	['a user, a folder and a bind mount', 'user: "1000:1000"\nworking_dir: /data\nvolumes: ["./data:/data:ro"]\n'],
	['no protection', 'security_opt: [seccomp=unconfined, "no-new-privileges:false"]\ncap_add: [ALL]\n'],
	['init and the network of the host', 'init: true\nnamespaces: [mount, pid, uts, ipc, cgroup]\nhostname: other\n'],
];

test.each(specs)('a container is the same without Node: %s', async (_, text) => {
	await using box = await testBox();
	mkdirSync(join(box.folder, 'data'));
	const {run, warm} = fronted(box);
	const words = ['run', box.spec(text), '--', ...looks];
	const [without, through] = [await warm(words), await run(words, off)];
	expect(through.byNode).toBe(true);
	expect({...without, out: sameAlways(without.out), byNode: undefined}).toEqual({
		...through,
		out: sameAlways(through.out),
		byNode: undefined,
	});
	expect(without.out).toContain('/proc');
	expect(box.leftovers()).toEqual([]);
});

/** All files of a container's folder, without numbers that differ each time. */
function stateOf(box: TestBox): Record<string, unknown> {
	const folder = join(box.folder, 'state/containers', box.name);
	return Object.fromEntries(
		readdirSync(folder)
			// Node's program with the calls of the container, which nobody reads once it runs.
			.filter(name => name !== 'launch.pl' && name !== 'calls')
			.map(name => {
				const {mode, uid} = lstatSync(join(folder, name));
				return [name, {mode, uid, text: settled(readFileSync(join(folder, name), 'latin1'))}];
			}),
	);
}

const settled = (text: string) =>
	text
		.replaceAll(/"(pid|created|started|startedAt|ms|setupCpuNs|ended|peak|startTime)":( ?)"?\d+"?/g, '"$1":$2N')
		.replaceAll(/:\[\d+\]/g, ':[N]');

test.each(specs)('its state is the same without Node: %s', async (_, text) => {
	await using box = await testBox();
	mkdirSync(join(box.folder, 'data'));
	const {warm, PATH, isNode} = fronted(box);
	const words = ['run', box.spec(text), '--', 'sleep', '1000'];
	const short = ['run', box.spec(text), '--', 'true'];
	await warm(short);
	/** Runs it until it is there, asks about it, and ends it. */
	const seen = async (env: Record<string, string>) => {
		isNode();
		const running = box.start(words, {env: {PATH, ...env}});
		const report = join(box.folder, 'state/containers', box.name, 'start.json');
		await until('it runs', () => existsSync(report));
		const byNode = isNode();
		const files = stateOf(box);
		const asked = await Promise.all(
			[
				['inspect', '--json', box.name],
				['drift', box.name],
				['ps', '--json'],
				['exec', box.name, '--', 'id'],
			].map(async each => {
				const {status, out, err} = await box.tsbox(each);
				return {status, out: settled(out).split('\n'), err};
			}),
		);
		const down = await box.tsbox(['kill', box.name]);
		const ended = await running.ended;
		return {byNode, result: {files, asked, down, ended}};
	};
	const through = await seen(off);
	let without = through;
	await until('it starts without Node', async () => {
		without = await seen({});
		return !without.byNode;
	});
	expect(without.result).toEqual(through.result);
	const exits = readFileSync(join(box.folder, 'state/exited', box.name), 'utf8')
		.split('\n')
		.filter(Boolean);
	expect(new Set(exits.slice(-3).map(each => settled(each).replace(/"exitCode":\d+/, ''))).size).toBe(1);
	expect(box.leftovers()).toEqual([]);
});

test.each([
	['below the folder', '..', 'bin/tsbox'],
	['in the folder', '.', './tsbox'],
])('tsbox may be named by a relative path: %s', async (_, above, word) => {
	await using box = await testBox();
	const {PATH, isNode} = fronted(box);
	const folders = ['--store', join(box.folder, 'store'), '--state', join(box.folder, 'state')];
	const run = () => {
		isNode();
		return spawnSync(word, [...folders, 'run', box.spec(), '--', 'echo', 'hi'], {
			cwd: join(dirname(program), above),
			env: {PATH, HOME: '/root'},
			encoding: 'utf8',
		});
	};
	// The folder that it is started in is an input of the plan that is kept.
	await until('it starts without Node', () => {
		const {stderr, ...ran} = run();
		expect(ran).toMatchObject({status: 0, stdout: 'hi\n'});
		// Node tells what it unpacks.
		expect(stderr.replaceAll(/^.*unpack.*\n/gm, '')).toBe('');
		return !isNode();
	});
});

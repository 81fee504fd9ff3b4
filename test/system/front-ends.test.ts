import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Ended, type Running, type TestBox, testBox} from './box.ts';
import {type Fronted, fronted, off} from './fronted.ts';
import {until} from './until.ts';

/* However a start without Node ends, it leaves what one through Node leaves: nothing, or what the next start or gc takes back. */

let at: TestBox;
let front: Fronted;
let words: readonly string[];
let quick: readonly string[];
beforeAll(async () => {
	at = await testBox();
	front = fronted(at);
	const spec = at.spec('stop_grace_period: 60s\n');
	const script =
		"trap 'echo INT; exit 3' INT; trap 'echo TERM; exit 4' TERM; trap 'echo HUP; exit 5' HUP; trap 'echo QUIT; exit 6' QUIT";
	words = ['run', spec, '--', 'sh', '-c', `${script}; echo ready; while :; do sleep 0.01; done`];
	quick = ['run', spec, '--', 'sh', '-c', 'echo done; exit 7'];
	await front.warm(quick);
});
afterAll(async () => at[Symbol.asyncDispose]());

const env = () => ({PATH: front.PATH});

/** A container without Node whose command runs. A mount on the machine meanwhile makes its plan another one. */
async function running(asked = words): Promise<Running> {
	let started: Running | undefined;
	await until('it starts without Node', async () => {
		front.isNode();
		started = at.start(asked, {env: env()});
		await started.says('ready');
		if (!front.isNode()) return true;
		started.child.kill('SIGTERM');
		await started.ended;
		return false;
	});
	if (started === undefined) throw new Error('it never ran');
	return started;
}

const journal = () => {
	try {
		return readFileSync(join(at.folder, 'state/containers', at.name, 'journal'), 'utf8');
	} catch {
		return '';
	}
};

test.each([
	['a child of the command, and later another', 'tail /dev/zero; sleep 2.5; tail /dev/zero; echo end'],
	['a child of the command, and later itself', 'tail /dev/zero; sleep 2.5; exec tail /dev/zero'],
])(
	'what is killed for lack of memory is told as by Node: %s',
	async (_, script) => {
		const spec = at.file('memory.yaml', `name: ${at.name}\nrootfs: ${at.rootfs}\nmem_limit: 16m\nmemswap_limit: 16m\n`);
		const asked = ['run', spec, '--', 'sh', '-c', script];
		const told = ({status, out, err}: Omit<Ended, 'signal'>) => [
			status,
			out,
			err.replace(/pid \d+/g, 'pid'),
			err.match(/\(pid/g),
		];
		const byNode = await front.run(asked, off);
		await front.warm(['run', spec, '--', 'true']);
		const first = await front.run(asked);
		const second = await front.run(asked);
		expect(told(second)).toEqual(told(byNode));
		expect(told(first)).toEqual(told(byNode));
		expect(at.leftovers()).toEqual([]);
	},
	120_000,
);

describe('a signal', () => {
	test.each([
		['SIGINT', 'INT', 3],
		['SIGTERM', 'TERM', 4],
		['SIGHUP', 'HUP', 5],
		['SIGQUIT', 'QUIT', 6],
	] as const)('%s is passed on to the command', async (signal, word, status) => {
		const {child, ended} = await running();
		child.kill(signal);
		expect(await ended).toMatchObject({status, out: `ready\n${word}\n`, err: ''});
		expect(at.leftovers()).toEqual([]);
	});

	test.each(['SIGINT', 'SIGTERM'] as const)('a second %s kills a container that ignores the first', async signal => {
		const deaf = [...words.slice(0, 5), `trap 'echo again' INT TERM; echo ready; while :; do sleep 0.01; done`];
		await until('it starts without Node', async () => {
			front.isNode();
			const {child, says, ended} = at.start(deaf, {env: env()});
			await says('ready');
			const isNode = front.isNode();
			child.kill(signal);
			await says('again');
			child.kill(signal);
			expect(await ended).toMatchObject({status: 137, out: 'ready\nagain\n', err: ''});
			return !isNode;
		});
		expect(at.leftovers()).toEqual([]);
	});

	test('after the grace period the container is killed', async () => {
		const spec = at.file('short.yaml', `name: ${at.name}\nrootfs: ${at.rootfs}\nstop_grace_period: 100ms\n`);
		const deaf = ['run', spec, '--', 'sh', '-c', `trap '' INT TERM; echo ready; while :; do sleep 0.01; done`];
		await until('it starts without Node', async () => {
			front.isNode();
			const {child, says, ended} = at.start(deaf, {env: env()});
			await says('ready');
			const isNode = front.isNode();
			child.kill('SIGTERM');
			expect(await ended).toMatchObject({status: 137, out: 'ready\n', err: ''});
			return !isNode;
		});
		expect(at.leftovers()).toEqual([]);
	});
});

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const traced = (...options: readonly string[]) => ['strace', '-f', '-qq', '-o', join(at.folder, 'trace'), ...options];

/** System calls of the process around the container, of the one that makes the calls, and of the first process. */
const stages = [
	'clone',
	'mkdir:1',
	'mkdir:4',
	'rename:1',
	'clone3',
	'unshare',
	'mount:2',
	'mount:20',
	'pivot_root',
	'umount2:2',
	'openat2',
	'rename:2',
	'rename:3',
] as const;

describe.skipIf(!hasStrace)('what is killed by SIGKILL, which strace(1) does', () => {
	const inject = (stage: string, what: string) => {
		const [call = '', when = '1'] = stage.split(':');
		return ['-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${when}`];
	};

	test.each(stages)('at %s in any of its processes: the container runs by Node, or is taken back', async stage => {
		front.isNode();
		const {status, signal, out} = await at.tsbox(quick, {env: env(), under: traced(...inject(stage, 'signal=KILL'))});
		const isNode = front.isNode();
		expect([isNode, status ?? signal, out]).toSatisfy(([, end, text]) =>
			end === 7 ? text === 'done\n' : text === '' || text === 'done\n',
		);
		await until('no process is left', () => at.leftovers().every(each => !each.startsWith('process')));
		const next = await front.run(quick);
		expect(next).toMatchObject({status: 7, out: 'done\n', err: ''});
		expect(at.leftovers()).toEqual([]);
		expect((await front.warm(quick)).status).toBe(7);
	});

	test.each(['mkdir:1', 'mkdir:4', 'rename:1', 'mount:2', 'mount:20', 'pivot_root', 'umount2:2', 'clone3'])(
		'nor does it matter that %s fails: Node starts the container',
		async stage => {
			front.isNode();
			// From then on calls of Node succeed: strace counts those of each process for itself.
			const ran = await at.tsbox(quick, {env: env(), under: traced(...inject(stage, 'error=EIO'))});
			expect(ran).toSatisfy(({status, out, err}: Ended) =>
				status === 7 ? out === 'done\n' && err === '' : err.includes('error: '),
			);
			expect((await front.run(quick)).status).toBe(7);
			expect(at.leftovers()).toEqual([]);
		},
	);

	test.each([
		['SIGINT', 130],
		['SIGTERM', 143],
		['SIGHUP', 129],
	] as const)('%s while it is made ends the start with the words of Node', async (signal, status) => {
		const ended = async (more: Record<string, string>) => {
			// The first process is slow, so that the signal comes before its command.
			const under = traced('-e', 'trace=pivot_root', '-e', 'inject=pivot_root:delay_enter=400000');
			const {ended: end} = at.start(quick, {env: {...env(), ...more}, under});
			await until('its first process is there', () => journal().includes('{"process":'));
			const {owner} = JSON.parse(readFileSync(join(at.folder, 'state/containers', at.name, 'record.json'), 'utf8')) as {
				owner: {pid: number};
			};
			const program = readlinkSync(`/proc/${owner.pid}/exe`);
			process.kill(owner.pid, signal);
			const {status: its, out, err} = await end;
			return {program: program.split('/').at(-1), status: its, out, err: err.replaceAll(/^strace: .*\n/gm, '')};
		};
		await front.warm(quick);
		const [without, through] = [await ended({}), await ended(off)];
		expect(without).toEqual({...through, program: 'perl'});
		expect(without).toMatchObject({status, out: ''});
		await until('nothing is left', () => at.leftovers().length === 0);
	});
});

describe('SIGKILL to a process of a container that runs', () => {
	test('to the one around it: the container ends with it, and the next start takes the rest back', async () => {
		const {child, ended} = await running();
		child.kill('SIGKILL');
		await ended;
		await until('no process is left', () => at.leftovers().every(each => !each.startsWith('process')));
		expect(at.leftovers()).not.toEqual([]);
		const next = await front.run(quick);
		expect(next).toMatchObject({status: 7, out: 'done\n', err: '', byNode: true});
		expect(at.leftovers()).toEqual([]);
	});

	test('to the one that made its calls: the container ends, and is taken back', async () => {
		const {ended} = await running();
		const [made] = [...journal().matchAll(/\{"process":\{"pid":(\d+)/g)].map(([, pid]) => Number(pid));
		process.kill(made ?? 0, 'SIGKILL');
		expect(await ended).toMatchObject({status: 137, out: 'ready\n', err: ''});
		expect(at.leftovers()).toEqual([]);
	});

	test('to its first process: the status says so', async () => {
		const {ended} = await running();
		const made = [...journal().matchAll(/\{"process":\{"pid":(\d+)/g)].map(([, pid]) => Number(pid));
		process.kill(made[1] ?? 0, 'SIGKILL');
		expect(await ended).toMatchObject({status: 137, out: 'ready\n', err: ''});
		expect(at.leftovers()).toEqual([]);
	});
});

test('a container that was renamed is taken back under both names', async () => {
	const {child, ended} = await running();
	expect(await at.tsbox(['rename', at.name, `${at.name}-other`])).toMatchObject({status: 0});
	child.kill('SIGTERM');
	expect(await ended).toMatchObject({status: 4, err: ''});
	expect(at.leftovers()).toEqual([]);
	expect(existsSync(join(at.folder, 'state/containers', `${at.name}-other`))).toBe(false);
});

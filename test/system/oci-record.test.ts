import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {program} from '../support/program.ts';
import {configOf, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* Runs of bundles that keep a record. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(async () => {
	await until('nothing is left', () => at.left().length === 0);
	at[Symbol.dispose]();
});

/** Control groups are named by it, and other tests may have containers meanwhile. */
const id = `r${randomBytes(4).toString('hex')}`;
const lock = `sha256:${'ab'.repeat(32)}`;

function run(script: string, changes: object = {}, ...options: readonly string[]) {
	return at.oci('run', '--bundle', at.bundle(configOf(at, script, changes)), ...options, id);
}

function records(): readonly string[] {
	return readdirSync(join(at.folder, 'store/runs')).filter(name => !name.startsWith('.'));
}

/** What `tsbox runs` says with the store of the box. */
function runs(...words: readonly string[]) {
	const folders = ['--store', join(at.folder, 'store'), '--state', join(at.folder, 'state')];
	const {status, stdout, stderr} = spawnSync(program, [...folders, ...words], {encoding: 'utf8'});
	return {status, out: stdout, err: stderr};
}

describe.runIf(process.getuid?.() === 0)('records of bundles', () => {
	test('--record keeps steps, output, exit, environment, engine, node and lock', () => {
		const changes = {annotations: {'tsbox.lock': lock}};
		expect(run('echo out; echo err >&2; exit 3', changes, '--record')).toMatchObject({
			status: 3,
			out: 'out\n',
			err: 'err\n',
			log: undefined,
		});
		const [recorded = ''] = records();
		const shown = JSON.parse(runs('runs', 'show', '--json', recorded).out) as object;
		expect(shown).toMatchObject({
			verb: 'run',
			node: hostname(),
			engine: 'oci',
			lock,
			name: `oci-${id}`,
			end: {exitCode: 3, signal: null},
			outcome: 'ended',
			logs: {stdout: {text: 'out\n'}, stderr: {text: 'err\n'}},
			spec: {service: {environment: {PATH: '/bin:/usr/bin:/sbin:/usr/sbin'}}},
			steps: expect.arrayContaining([expect.objectContaining({id: 'namespaces.start', status: 'done'})]),
		});
		expect((shown as {snapshots: readonly unknown[]}).snapshots.length).toBeGreaterThan(5);
		expect(runs('runs').out).toContain('abababababab');
		expect(runs('runs', 'show', recorded).out).toContain(lock);
	});

	test('the annotation of the bundle asks for it, and anything else does not', () => {
		run('true', {annotations: {'tsbox.record': 'true', 'tsbox.lock': 'none'}}, '--keep');
		expect(at.status(id)).toBe('stopped');
		at.oci('delete', id);
		const [recorded = ''] = records();
		expect(JSON.parse(readFileSync(join(at.folder, 'store/runs', recorded, 'run.json'), 'utf8'))).not.toHaveProperty(
			'lock',
		);
		run('true', {annotations: {'tsbox.record': 'false'}});
		expect(records()).toEqual([recorded]);
	});

	test('a command that cannot start is recorded with its error', () => {
		const changes = {process: {...configOf(at, '').process, args: ['nothing']}};
		expect(run('', changes, '--record').status).not.toBe(0);
		const [recorded = ''] = records();
		expect(JSON.parse(runs('runs', 'show', '--json', recorded).out)).toMatchObject({outcome: 'failed', end: null});
	});

	test('a process that outlives the first one does not hold the record', () => {
		const namespaces = ['mount', 'ipc', 'uts'].map(type => ({type}));
		const config = configOf(at, 'sleep 1000 & echo out', {}, {namespaces});
		const said = at.oci('run', '--bundle', at.bundle(config), '--record', id);
		expect(said).toMatchObject({status: 0, out: 'out\n'});
		expect(records()).toHaveLength(1);
	});

	test('what a killed run left goes with the next record', () => {
		const left = join(at.folder, 'store/runs/.new-1-1-00000000');
		mkdirSync(left, {recursive: true});
		run('true', {}, '--record');
		expect(readdirSync(join(at.folder, 'store/runs'))).toEqual(records());
	});

	test('a record of a bundle is not replayed, and a detached run is not recorded', () => {
		run('true', {}, '--record');
		const [recorded = ''] = records();
		const refused = runs('replay', recorded);
		expect(refused.status).toBe(2);
		expect(refused.err).toContain('is a run of an OCI bundle');
		expect(run('true', {}, '--record', '--detach')).toMatchObject({
			status: 1,
			log: expect.stringContaining('--record and --detach cannot be combined') as string,
		});
	});
});

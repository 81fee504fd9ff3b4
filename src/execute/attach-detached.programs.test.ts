import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {realHost} from '../host/programs/real-host.ts';
import {attachDetached} from './attach-detached.ts';
import {sampleFacts} from '../../test/support/sample-container.ts';

/* Tests the shim of a detached container without a container. */

const host = realHost();
let folder: string;
const conf = (): string => join(folder, 'conf');
const logs = (): string => join(folder, 'logs');

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-keep-'));
	mkdirSync(conf());
});
afterEach(() => rmSync(folder, {recursive: true}));

const start = (script: string) =>
	attachDetached(host, sampleFacts, {logs: logs(), conf: conf(), tty: false, stdin: false}).launch([
		'/bin/sh',
		'-c',
		script,
	]);

/** Command lines of the processes that name the folder. */
function shells(): readonly string[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
		.flatMap(pid => {
			try {
				const [stat, line] = ['stat', 'cmdline'].map(file => readFileSync(`/proc/${pid}/${file}`, 'latin1'));
				return line?.includes(folder) === true && stat?.includes(') Z ') === false ? [line] : [];
			} catch {
				return [];
			}
		});
}

/** Waits until no shell is left, but at most 10 s. Gives the shells that stayed. */
async function whoStays(): Promise<readonly string[]> {
	for (const until = performance.now() + 10_000; ; ) {
		const left = shells();
		if (left.length === 0 || performance.now() > until) return left;
		await delay(20);
	}
}

test('the shim keeps the output and the exit status, and its shells end with the command', async () => {
	await (await start('echo out; echo err >&2; exit 3')).ended;
	expect(await whoStays()).toEqual([]);
	const kept = ['stdout', 'stderr'].map(stream => readFileSync(join(logs(), stream), 'utf8'));
	expect(kept).toEqual(['out\n', 'err\n']);
	expect(readFileSync(join(conf(), 'exit'), 'utf8')).toBe('3\n');
	expect(existsSync(join(conf(), 'drained'))).toBe(true);
});

test('at whatever moment the first shell is killed, the others end with the container', async () => {
	for (let ms = 0; ms < 8; ms += 1) {
		const {pid, ended} = await start('exit 0');
		await delay(ms);
		host.kill(pid, 'SIGKILL');
		await ended;
		expect(await whoStays()).toEqual([]);
		rmSync(conf(), {recursive: true});
		mkdirSync(conf());
	}
});

import {spawn} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {buildSync} from 'esbuild';
import type {TestBox} from '../system/box.ts';
import type {Fault, Orders} from './fault.ts';

const program = join(import.meta.dirname, '../../bin/tsbox');

/** How a command went that something was done to. */
export interface Tried {
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly out: string;
	readonly err: string;
	/** The fault came to pass. */
	readonly hit: boolean;
	/** The points of a run without a fault, as `SIDE KEY`. */
	readonly points: readonly string[];
	/** What it took to end it. */
	readonly ended: 'itself' | 'SIGINT' | 'SIGKILL';
	/** Processes that the fault stopped: they go on when they are let. */
	readonly stopped: readonly number[];
}

/** What may be chosen of a try. */
export interface TryOptions {
	readonly fault?: Fault;
	readonly supervisorAsleep?: boolean;
	/** It ends by an interrupt after this long, ms: it would go on for ever. */
	readonly interruptAfter?: number;
	/** The supervisor works on when the command has ended: wait for its points, or its fault. */
	readonly follow?: boolean;
	/** Variables of its environment beside the usual ones, or in place of them. */
	readonly env?: Readonly<Record<string, string>>;
	/** Called while it runs, after it was started. */
	readonly meanwhile?: () => Promise<void>;
}

/** Runs tsbox with faults; goes with its folder. */
export interface Injector extends Disposable {
	readonly run: (words: readonly string[], options?: TryOptions) => Promise<Tried>;
	/** What was told since the last run began, as lines. */
	readonly told: () => readonly string[];
}

/** Longest that a command may take that nothing holds up, ms. */
const patience = 30_000;
/** A command that an interrupt does not end within this, ms, gets another, then SIGKILL. */
const manners = 3000;

/** Waits until nothing more is told for half a second, or the condition holds. */
async function quiet(told: () => readonly string[], holds: () => boolean): Promise<void> {
	let length = told().length;
	for (let since = Date.now(); Date.now() - since < 500 && !holds(); ) {
		await new Promise(resolve => setTimeout(resolve, 15));
		const now = told().length;
		if (now === length) continue;
		length = now;
		since = Date.now();
	}
}

/** Makes the script that brings faults into tsbox, and what runs tsbox with it. */
export function injectorFor(box: TestBox): Injector {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-inject-'));
	const self = join(folder, 'inject.cjs');
	const log = join(folder, 'log');
	const entry = join(import.meta.dirname, 'inject.ts');
	buildSync({entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: self, logLevel: 'error'});
	const told = (): readonly string[] => readFileSync(log, 'utf8').split('\n').slice(0, -1);

	const run: Injector['run'] = async (
		words,
		{fault, supervisorAsleep = false, interruptAfter, follow = false, env = {}, meanwhile} = {},
	) => {
		const orders: Orders = {log, self, side: 'cli', supervisorAsleep, ...(fault === undefined ? {} : {fault})};
		const output = [openSync(join(folder, 'out'), 'w'), openSync(join(folder, 'err'), 'w'), openSync(log, 'w')];
		const places = ['--store', join(box.folder, 'store'), '--state', join(box.folder, 'state')];
		const child = spawn(
			process.execPath,
			[
				'--require',
				self,
				program,
				...(words[0] === 'oci' ? ['oci', ...places, ...words.slice(1)] : [...places, ...words]),
			],
			{
				cwd: box.folder,
				env: {PATH: process.env['PATH'], HOME: '/root', ...env, TSBOX_FAULT: JSON.stringify(orders)},
				stdio: ['ignore', output[0], output[1]],
			},
		);
		for (const fd of output) closeSync(fd);
		let over = false;
		const exit = new Promise<{readonly status: number | null; readonly signal: NodeJS.Signals | null}>(resolve =>
			child.once('exit', (status, signal) => {
				over = true;
				resolve({status, signal});
			}),
		);
		const within = async (ms: number, what: () => boolean): Promise<boolean> => {
			for (const until = Date.now() + ms; !over && !what(); ) {
				if (Date.now() > until) return false;
				await new Promise(resolve => setTimeout(resolve, 15));
			}
			return true;
		};
		const isHit = (): boolean => told().some(line => line.startsWith('hit '));
		await meanwhile?.();
		let ended: Tried['ended'] = 'itself';
		if (interruptAfter !== undefined) await within(interruptAfter, () => fault !== undefined && isHit());
		else await within(patience, () => fault?.how === 'hang' && isHit());
		// A step of the container's script was spoiled when it was written, and hangs only later.
		if (!over && fault?.how === 'hang') await within(fault.key.startsWith('script') ? 1000 : 200, () => false);
		if (!over) {
			ended = interruptAfter === undefined ? 'SIGINT' : 'itself';
			child.kill('SIGINT');
			await within(manners, () => false);
			if (!over) child.kill('SIGINT');
			// What is taken back goes on for as long as a tool may take.
			await within(3 * manners, () => false);
			if (!over) {
				ended = 'SIGKILL';
				child.kill('SIGKILL');
			}
		}
		const {status, signal} = await exit;
		if (follow) await quiet(told, () => fault !== undefined && isHit());
		const lines = told();
		const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
		return {
			status,
			signal,
			out: text('out'),
			err: text('err'),
			hit: lines.some(line => line.startsWith('hit ')),
			points: lines.filter(line => line.startsWith('point ')).map(line => line.slice(6)),
			ended,
			stopped: lines.filter(line => line.startsWith('stopped ')).map(line => Number(line.slice(8))),
		};
	};
	return {run, told, [Symbol.dispose]: () => rmSync(folder, {recursive: true, force: true})};
}

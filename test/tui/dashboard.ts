import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import type {TestBox} from '../system/box.ts';
import {snapshot} from '../system/snapshot.ts';
import {type TmuxScreen, tmuxScreen} from './tmux.ts';
import {program} from '../support/program.ts';

/** What a dashboard is started with beside its arguments. */
export interface DashboardOptions {
	readonly columns?: number;
	readonly rows?: number;
	readonly env?: Readonly<Record<string, string>>;
	/** The working folder; the test's own without. */
	readonly cwd?: string;
}

/** A tsbox command of the test as a line of sh(1): its own store, state and home. */
export function tsboxLine(at: TestBox, args: readonly string[]): string {
	const words = [program, '--store', join(at.folder, 'store'), '--state', join(at.folder, 'state'), ...args];
	return words.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}

/** A line of sh(1) on a terminal, with the test's home. */
export function onScreen(at: TestBox, line: string, options: DashboardOptions = {}): Promise<TmuxScreen> {
	const home = join(at.folder, 'home');
	mkdirSync(home, {recursive: true});
	return tmuxScreen(line, {
		columns: 120,
		rows: 36,
		cwd: at.folder,
		...options,
		env: {HOME: home, ...options.env},
	});
}

/** `tsbox dash` of the test's containers on a terminal, once it shows them. */
export async function dashboard(
	at: TestBox,
	args: readonly string[] = [],
	options: DashboardOptions = {},
): Promise<TmuxScreen> {
	const screen = await onScreen(at, `exec ${tsboxLine(at, ['dash', ...args])}`, options);
	// The last row too: a terminal takes a frame in pieces, from the top on.
	await screen.shows(/tsbox +\d+ project[^]*\n.*\S.*\n$/);
	return screen;
}

/** Brings a spec up in the background; throws where it ends with another status than is expected. */
export async function upInBackground(at: TestBox, spec: string, expected = 0): Promise<void> {
	const {status, err} = await at.tsbox(['up', '-d', spec]);
	if (status !== expected) throw new Error(`up -d ended with ${status}\n${err}`);
}

/** Takes the test's project down and its box away; throws where something stays. */
export async function leave(at: TestBox): Promise<void> {
	await at.tsbox(['down', '-t', '0', at.name]);
	const seen = snapshot(at.name, at.folder, {processes: true}).filter(line => !line.startsWith('file '));
	const left = [...at.leftovers(), ...seen];
	await at[Symbol.asyncDispose]();
	if (left.length > 0) throw new Error(`left behind:\n${left.join('\n')}`);
}

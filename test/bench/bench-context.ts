import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {command} from './peers.ts';

/** What all parts of `npm run bench` share. */
export interface Bench {
	/** A folder of the benchmark's own, with the folders `store` and `state` of tsbox. */
	readonly scratch: string;
	/** A small root filesystem, as a folder. */
	readonly root: string;
	/** A spec that runs {@link command} in it. */
	readonly spec: string;
	readonly rounds: number;
	/** A command line of tsbox with these folders. */
	readonly tsbox: (...args: readonly string[]) => readonly string[];
	/** Writes a spec with this name and these lines; gives its path. */
	readonly specOf: (name: string, lines: string, rootfs?: string) => string;
	/** Whether a row is wanted. */
	readonly wants: (row: string) => boolean;
	/** Those of some ways that are wanted. */
	readonly wanted: <Way>(ways: Iterable<readonly [name: string, Way]>) => ReadonlyMap<string, Way>;
	/** Takes down why a row is not there. */
	readonly leaveOut: (row: string, error: unknown) => void;
	/** What was measured, by row, for the table of what is to be reached. */
	readonly measured: Map<string, number>;
	/** The rows that are not there, and why. */
	readonly left: ReadonlyMap<string, string>;
	readonly remove: () => void;
}

/** Makes the folder and the root filesystem. */
export async function benchContext(rounds: number, wants: (row: string) => boolean): Promise<Bench> {
	const scratch = mkdtempSync('/var/tmp/tsbox-bench-');
	const root = join(scratch, 'root');
	mkdirSync(root);
	execFileSync('tar', ['-xf', await busyboxFixture(), '-C', root]);
	const specOf: Bench['specOf'] = (name, lines, rootfs = root) => {
		const file = join(scratch, `${name}.yaml`);
		writeFileSync(file, `name: ${name}\nrootfs: ${rootfs}\n${lines}`);
		return file;
	};
	const program = join(import.meta.dirname, '../../bin/tsbox');
	const folders = ['--store', join(scratch, 'store'), '--state', join(scratch, 'state')];
	const left = new Map<string, string>();
	return {
		scratch,
		root,
		spec: specOf('bench', `command: [${command.join(', ')}]\n`),
		rounds,
		tsbox: (...args) => [program, ...folders, ...args],
		specOf,
		wants,
		wanted: ways => new Map([...ways].filter(([name]) => wants(name))),
		leaveOut: (row, error) => void left.set(row, error instanceof Error ? error.message : String(error)),
		measured: new Map(),
		left,
		remove: () => rmSync(scratch, {recursive: true, force: true}),
	};
}

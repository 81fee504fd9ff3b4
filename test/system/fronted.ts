import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {TestBox} from './box.ts';
import {until} from './until.ts';

/** A PATH on which Node says that it was started. */
function tellingPath(box: TestBox): {readonly PATH: string; readonly isNode: () => boolean} {
	const folder = join(box.folder, 'path');
	const said = join(box.folder, 'node-started');
	mkdirSync(folder, {recursive: true});
	writeFileSync(join(folder, 'node'), `#!/bin/sh\necho >> ${said}\nexec ${process.execPath} "$@"\n`, {mode: 0o755});
	return {
		PATH: `${folder}:${process.env['PATH']}`,
		isNode: () => {
			const is = existsSync(said);
			rmSync(said, {force: true});
			return is;
		},
	};
}

/** Runs command lines, and sees whether Node was started for them. */
export interface Fronted {
	readonly box: TestBox;
	/** Runs the command line; says whether Node was started for it. */
	readonly run: (words: readonly string[], env?: Record<string, string>) => Promise<Ran>;
	/** The same until it starts without Node. */
	readonly warm: (words: readonly string[], env?: Record<string, string>) => Promise<Ran>;
	readonly PATH: string;
	/** Whether Node was started since this was asked last. */
	readonly isNode: () => boolean;
}

/** How a run has ended. */
export interface Ran {
	readonly status: number | null;
	readonly out: string;
	readonly err: string;
	/** Node was started. */
	readonly byNode: boolean;
}

/** A box whose starts tell whether they needed Node. */
export function fronted(box: TestBox): Fronted {
	const {PATH, isNode} = tellingPath(box);
	const run: Fronted['run'] = async (words, env = {}) => {
		isNode();
		const {status, out, err} = await box.tsbox(words, {env: {PATH, ...env}});
		return {status, out, err, byNode: isNode()};
	};
	const warm: Fronted['warm'] = async (words, env) => {
		let ran: Ran | undefined;
		await until('it starts without Node', async () => {
			ran = await run(words, env);
			return !ran.byNode;
		});
		if (ran === undefined) throw new Error('it never ran');
		return ran;
	};
	return {box, run, warm, PATH, isNode};
}

/** The variable with which Node starts every container. */
export const off = {TSBOX_FRONT: 'off'};

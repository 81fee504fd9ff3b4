import {spawn} from 'node:child_process';
import {constants} from 'node:os';

/** The result of a command. */
export interface OwnCommandEnd {
	/** The exit status; 128 + the signal's number after a signal, as in shells. */
	readonly status: number;
	/** The end of its output, both streams in the order of arrival. */
	readonly output: string;
}

/** How much output is kept, bytes. */
const kept = 64 * 1024;

/** Runs a command of tsbox without input. Never rejects. */
export function runOwnCommand(
	[file = '', ...args]: readonly string[],
	{cwd, env}: {readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>>},
): Promise<OwnCommandEnd> {
	return new Promise(resolve => {
		// No colors and no redrawing: the caller shows the output itself.
		const child = spawn(file, args, {
			cwd,
			env: {...env, NO_COLOR: '1', FORCE_COLOR: undefined},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		const collect = (bytes: Buffer): void => void (output = (output + bytes.toString('utf8')).slice(-kept));
		child.stdout.on('data', collect);
		child.stderr.on('data', collect);
		child.once('error', error => resolve({status: 125, output: error.message}));
		child.once('close', (code, signal) => resolve({status: statusOf(code, signal), output}));
	});
}

/** Runs a command of tsbox on the caller's terminal, and returns its status. Nothing else may use the terminal meanwhile. */
export function lendTerminal(
	[file = '', ...args]: readonly string[],
	{cwd, env}: {readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>>},
): Promise<number> {
	return new Promise(resolve => {
		const child = spawn(file, args, {cwd, env, stdio: 'inherit'});
		child.once('error', () => resolve(125));
		child.once('exit', (code, signal) => resolve(statusOf(code, signal)));
	});
}

function statusOf(code: number | null, signal: NodeJS.Signals | null): number {
	return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

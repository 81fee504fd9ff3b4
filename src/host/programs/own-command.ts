import {spawn} from 'node:child_process';
import {constants} from 'node:os';

/** How a command ended, and what it said. */
export interface OwnCommandEnd {
	/** 128 and more for one that a signal ended, as shells have it. */
	readonly status: number;
	/** The end of what it printed, both streams as they came. */
	readonly output: string;
}

/** Bytes of output that are kept. */
const kept = 64 * 1024;

/** Runs this Node's program with other arguments, without input; gives how it ended. Never throws. */
export function runOwnCommand(
	args: readonly string[],
	{cwd, env}: {readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>>},
): Promise<OwnCommandEnd> {
	return new Promise(resolve => {
		// No colours and no redrawing: what it says is shown by who asked.
		const child = spawn(process.execPath, args, {
			cwd,
			env: {...env, NO_COLOR: '1', FORCE_COLOR: undefined},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		const hear = (bytes: Buffer): void => void (output = (output + bytes.toString('utf8')).slice(-kept));
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		child.once('error', error => resolve({status: 125, output: error.message}));
		child.once('close', (code, signal) => resolve({status: statusOf(code, signal), output}));
	});
}

/** Runs this Node's program with other arguments on the caller's terminal, which it has to itself meanwhile; gives its status. */
export function lendTerminal(
	args: readonly string[],
	{cwd, env}: {readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>>},
): Promise<number> {
	return new Promise(resolve => {
		const child = spawn(process.execPath, args, {cwd, env, stdio: 'inherit'});
		child.once('error', () => resolve(125));
		child.once('exit', (code, signal) => resolve(statusOf(code, signal)));
	});
}

function statusOf(code: number | null, signal: NodeJS.Signals | null): number {
	return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

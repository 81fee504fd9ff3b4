import {readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {type TmuxScreen, tmuxScreen} from '../tui/tmux.ts';
import {processorTime} from './kept-memory.ts';
import {scratch, tsboxWords} from './scale-setup.ts';

/** A dashboard of the benchmark's containers, on a terminal of 160x50. */
export interface MeasuredDash extends AsyncDisposable {
	readonly screen: TmuxScreen;
	readonly pid: number;
	/** What it holds in memory, MiB. */
	readonly memory: () => number;
}

/** Starts one, as somebody would who has never started one before. */
export async function dashboard(): Promise<MeasuredDash> {
	const screen = await tmuxScreen(`exec ${tsboxWords.join(' ')} dash`, {
		columns: 160,
		rows: 50,
		env: {HOME: scratch, TERM: 'xterm-256color'},
	});
	await screen.shows('many-loud');
	const pid = await screen.pid();
	return {
		screen,
		pid,
		memory: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
		[Symbol.asyncDispose]: async () => {
			await screen.keys('q');
			await screen[Symbol.asyncDispose]();
		},
	};
}

/** The part of a core that a process uses, once what was just done is over: from 0 on. */
export async function shareOf(pid: number, seconds: number): Promise<number> {
	await delay(2000);
	const [begun, used] = [performance.now(), processorTime(pid)];
	await delay(seconds * 1000);
	return ((processorTime(pid) - used) * 1000) / (performance.now() - begun);
}

import {execFile, execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {until} from '../system/project.ts';

const run = promisify(execFile);
/** How long a screen may take to show what is waited for, ms. */
const patience = 30_000;

/** A program in a real terminal: a window of tmux(1), of which no person's configuration is read. */
export interface TmuxScreen extends AsyncDisposable {
	/** Sends keys by the names that tmux has for them: `Enter`, `C-c`, `a`. */
	readonly keys: (...names: readonly string[]) => Promise<void>;
	/** Types a text as it is. */
	readonly type: (text: string) => Promise<void>;
	/** What is on the screen, a line each row. */
	readonly screen: () => Promise<string>;
	/** The same with the colours, as bytes of a terminal. */
	readonly coloured: () => Promise<string>;
	/** Waits until the screen shows something; gives the screen, throws with it when it never does. */
	readonly shows: (what: string | RegExp, not?: string | RegExp) => Promise<string>;
	/** Waits until the screen, with its colours, has something. */
	readonly showsColoured: (what: RegExp) => Promise<string>;
	readonly resize: (columns: number, rows: number) => Promise<void>;
	/** The process number of the program, or of the shell that it runs in. */
	readonly pid: () => Promise<number>;
	/** What tmux knows of the terminal: a format of its man page. */
	readonly ask: (format: string) => Promise<string>;
	/** The newest text that a program put into the clipboard. */
	readonly clipboard: () => Promise<string>;
	/** Waits until the program has ended; gives its exit status, or the number of the signal that ended it as a text. */
	readonly ended: () => Promise<number | string>;
	/** Ends the program and its terminal, and waits until both are gone. */
	readonly close: () => Promise<void>;
}

/** Starts a line of sh(1) on a terminal of its own. */
export async function tmuxScreen(
	line: string,
	{
		columns = 100,
		rows = 30,
		cwd = '/',
		env = {},
	}: {
		readonly columns?: number;
		readonly rows?: number;
		readonly cwd?: string;
		readonly env?: Readonly<Record<string, string>>;
	} = {},
): Promise<TmuxScreen> {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-tmux-'));
	const socket = join(folder, 'socket');
	const tmux = async (...args: readonly string[]): Promise<string> =>
		(await run('tmux', ['-S', socket, '-f', '/dev/null', ...args])).stdout;
	// CI is not passed on: a terminal that a person looks at is none of a job's.
	const clean = {PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', SHELL: '/bin/sh', ...env};
	const size = ['-x', String(columns), '-y', String(rows)];
	const options = [
		['set-option', '-g', 'status', 'off'],
		['set-option', '-g', 'default-size', `${columns}x${rows}`],
		// What was on the screen at the end can be read still.
		['set-option', '-g', 'remain-on-exit', 'on'],
		['set-option', '-sg', 'escape-time', '0'],
		['set-option', '-sg', 'set-clipboard', 'on'],
	].flatMap(words => [...words, ';']);
	// The same server takes all of it before a program starts, so that its first size is its size. -u: UTF-8 whatever LANG says.
	const words = ['tmux', '-u', '-S', socket, '-f', '/dev/null', 'start-server', ';', ...options];
	const variables = Object.entries(clean).map(([name, value]) => `${name}=${value}`);
	await run('env', ['-i', ...variables, ...words, 'new-session', '-d', ...size, '-c', cwd, line], {cwd});
	const screen = (): Promise<string> => tmux('capture-pane', '-p');
	const coloured = (): Promise<string> => tmux('capture-pane', '-p', '-e');
	const ask = async (format: string): Promise<string> => (await tmux('display-message', '-p', format)).trim();
	const pid = async (): Promise<number> => Number(await ask('#{pane_pid}'));
	const matches = (text: string, what: string | RegExp): boolean =>
		typeof what === 'string' ? text.includes(what) : what.test(text);
	const waited = async (look: () => Promise<string>, what: string | RegExp, not?: string | RegExp): Promise<string> => {
		const end = Date.now() + patience;
		for (;;) {
			const text = await look();
			if (matches(text, what) && (not === undefined || !matches(text, not))) return text;
			if (Date.now() > end)
				throw new Error(`waited in vain for ${what}${not === undefined ? '' : ` without ${not}`} on\n${text}`);
			await new Promise(resolve => setTimeout(resolve, 30));
		}
	};
	let isClosed = false;
	const close = async (): Promise<void> => {
		if (isClosed) return;
		isClosed = true;
		const [server = 0, program = 0] = (await ask('#{pid} #{pane_pid}').catch(() => '')).split(' ').map(Number);
		try {
			execFileSync('tmux', ['-S', socket, 'kill-server'], {stdio: 'ignore'});
		} catch {
			// It has ended with its last window.
		}
		for (const each of [server, program])
			await until(`process ${each} is gone`, () => each === 0 || !existsSync(`/proc/${each}/exe`));
		rmSync(folder, {recursive: true, force: true});
	};
	return {
		keys: async (...names) => void (await tmux('send-keys', ...names)),
		type: async text => void (await tmux('send-keys', '-l', '--', text)),
		screen,
		coloured,
		shows: (what, not) => waited(screen, what, not),
		showsColoured: what => waited(coloured, what),
		resize: async (width, height) => void (await tmux('resize-window', '-x', String(width), '-y', String(height))),
		pid,
		ask,
		clipboard: () => tmux('show-buffer').catch(() => ''),
		ended: async () => {
			// The terminal may be closed before tmux has heard how the program ended.
			const format = '#{pane_dead},#{pane_dead_status},#{pane_dead_signal}';
			const look = async (): Promise<string> => {
				const text = await ask(format);
				// tmux 3.3 misses the signal of a child that ends just as its terminal closes, and looks when it is told again.
				if (text === '1,,') process.kill(Number(await ask('#{pid}')), 'SIGCHLD');
				return text;
			};
			const [, status = '', signal = ''] = (await waited(look, /^1,.*\w/)).split(',');
			return signal === '' ? Number(status) : signal;
		},
		close,
		[Symbol.asyncDispose]: close,
	};
}

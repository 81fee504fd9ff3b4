import {execFile, execFileSync} from 'node:child_process';
import {promisify} from 'node:util';

const run = promisify(execFile);
/** How long a screen may take to show what is waited for, ms. */
const patience = 30_000;
let made = 0;

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
	readonly resize: (columns: number, rows: number) => Promise<void>;
	/** The process number of the program, or of the shell that it runs in. */
	readonly pid: () => Promise<number>;
	/** What tmux knows of the terminal: a format of its man page. */
	readonly ask: (format: string) => Promise<string>;
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
	const socket = `tsbox-${process.pid}-${made++}`;
	const tmux = async (...args: readonly string[]): Promise<string> =>
		(await run('tmux', ['-L', socket, '-f', '/dev/null', ...args])).stdout;
	// CI is not passed on: a terminal that a person looks at is none of a job's.
	const clean = {PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', SHELL: '/bin/sh', ...env};
	await run(
		'env',
		[
			'-i',
			...Object.entries(clean).map(([name, value]) => `${name}=${value}`),
			'tmux',
			'-L',
			socket,
			'-f',
			'/dev/null',
			'new-session',
			'-d',
			'-x',
			String(columns),
			'-y',
			String(rows),
			'-c',
			cwd,
			line,
		],
		{cwd},
	);
	// What was on the screen at the end can be read still.
	await tmux('set-option', '-g', 'remain-on-exit', 'on');
	await tmux('set-option', '-g', 'status', 'off');
	await tmux('set-option', '-sg', 'escape-time', '0');
	await tmux('resize-window', '-x', String(columns), '-y', String(rows));
	const screen = (): Promise<string> => tmux('capture-pane', '-p');
	const matches = (text: string, what: string | RegExp): boolean =>
		typeof what === 'string' ? text.includes(what) : what.test(text);
	return {
		keys: async (...names) => void (await tmux('send-keys', ...names)),
		type: async text => void (await tmux('send-keys', '-l', text)),
		screen,
		coloured: () => tmux('capture-pane', '-p', '-e'),
		shows: async (what, not) => {
			const end = Date.now() + patience;
			for (;;) {
				const text = await screen();
				if (matches(text, what) && (not === undefined || !matches(text, not))) return text;
				if (Date.now() > end)
					throw new Error(`waited in vain for ${what}${not === undefined ? '' : ` without ${not}`} on\n${text}`);
				await new Promise(resolve => setTimeout(resolve, 30));
			}
		},
		resize: async (width, height) => void (await tmux('resize-window', '-x', String(width), '-y', String(height))),
		pid: async () => Number(await tmux('display-message', '-p', '#{pane_pid}')),
		ask: async format => (await tmux('display-message', '-p', format)).trim(),
		[Symbol.asyncDispose]: async () => {
			try {
				execFileSync('tmux', ['-L', socket, 'kill-server'], {stdio: 'ignore'});
			} catch {
				// It has ended with its last window.
			}
		},
	};
}

import {spawn} from 'node:child_process';
import {readdirSync, readlinkSync} from 'node:fs';
import type {TestBox} from './box.ts';
import {until} from './project.ts';

/** The target of a link; empty if there is none. */
export function linkOf(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

/** Runs a shell command line on a terminal of script(1). */
export function onTerminal(at: Pick<TestBox, 'folder'>, line: string) {
	const child = spawn('script', ['-qefc', line, '/dev/null'], {
		cwd: at.folder,
		env: {PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm'},
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	// Ignore input for a terminal that has ended.
	child.stdin.on('error', () => {});
	let shown = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
	const ended = new Promise<number | null>(resolve => child.once('close', resolve));
	return {
		child,
		ended,
		type: (text: string) => void child.stdin.write(text),
		shown: () => shown,
		shows: (text: string | RegExp) =>
			until(`"${text}" in ${JSON.stringify(shown)}`, () =>
				typeof text === 'string' ? shown.includes(text) : text.test(shown),
			),
		/** The path of the terminal that script(1) made. */
		terminal: () =>
			readdirSync(`/proc/${child.pid}/fd`)
				.map(fd => linkOf(`/proc/${child.pid}/fd/${fd}`))
				.find(link => /^\/dev\/pts\/\d+$/.test(link)) ?? '',
	};
}

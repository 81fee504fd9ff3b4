import {spawn} from 'node:child_process';
import {readdirSync, readlinkSync} from 'node:fs';
import type {TestBox} from './box.ts';
import {until} from './project.ts';

/** Where a link leads; an empty text for none. */
export function linkOf(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

/** A line of sh(1) and all that it starts, on a terminal that script(1) makes. */
export function onTerminal(at: TestBox, line: string) {
	const child = spawn('script', ['-qefc', line, '/dev/null'], {
		cwd: at.folder,
		env: {PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm'},
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	// What is typed at a terminal that has ended goes nowhere.
	child.stdin.on('error', () => {});
	let shown = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
	const ended = new Promise<number | null>(resolve => child.once('close', resolve));
	return {
		child,
		ended,
		/** What its keyboard sends. */
		type: (text: string) => void child.stdin.write(text),
		shown: () => shown,
		shows: (text: string | RegExp) =>
			until(`"${text}" in ${JSON.stringify(shown)}`, () =>
				typeof text === 'string' ? shown.includes(text) : text.test(shown),
			),
		/** The terminal that script made. */
		terminal: () =>
			readdirSync(`/proc/${child.pid}/fd`)
				.map(fd => linkOf(`/proc/${child.pid}/fd/${fd}`))
				.find(link => /^\/dev\/pts\/\d+$/.test(link)) ?? '',
	};
}

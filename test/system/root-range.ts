import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';

const files = ['/etc/subuid', '/etc/subgid'] as const;
const first = 1_879_048_192;
const range = `${first}-${first + 65_535}`;

/** Root's own range of users, once {@link setup} has run. */
export function rootRange(): {readonly start: number; readonly count: number} {
	const row = readFileSync('/etc/subuid', 'utf8')
		.split('\n')
		.find(line => line.startsWith('root:'));
	const [, start = 0, count = 0] = row?.split(':').map(Number) ?? [];
	return {start, count};
}

function hasRange(): boolean {
	return files.every(file =>
		readFileSync(file, 'utf8')
			.split('\n')
			.some(line => line.startsWith('root:')),
	);
}

/**
 * Gives root a range of subordinate ids while the tests run, where it has none: containers with a user namespace get their
 * ids from it. It is far above the ranges that useradd(8) gives away, and is taken back.
 */
export function setup(): (() => void) | undefined {
	if (process.getuid?.() !== 0 || hasRange()) return undefined;
	execFileSync('usermod', ['--add-subuids', range, '--add-subgids', range, 'root']);
	return () => {
		// usermod(8) takes no range from a user of whom a process runs.
		for (const file of files) writeFileSync(file, readFileSync(file, 'utf8').replace(`root:${first}:65536\n`, ''));
	};
}

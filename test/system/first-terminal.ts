import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {until} from './until.ts';

/**
 * Keeps the first terminal of this machine while the tests run, where nobody has it. A container of tsbox has one of the host, one of others is
 * number 0 of its own devpts: only with that number, which falls to whoever asks when it is free, would both look the same.
 */
export async function setup(): Promise<(() => void) | undefined> {
	if (existsSync('/dev/pts/0')) return undefined;
	const holder = spawn('script', ['-qec', 'exec sleep infinity', '/dev/null'], {stdio: 'ignore'});
	await until('the first terminal is there', () => existsSync('/dev/pts/0'));
	return () => void holder.kill();
}

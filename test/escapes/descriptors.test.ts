import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import type {TestBox} from '../system/box.ts';
import {expect, test} from 'vitest';
import {target} from './attack.ts';
import {program} from '../support/program.ts';

/** Starts tsbox with 50 descriptors of the host open, as a careless caller would. */
function leaking(box: TestBox, args: readonly string[]): string {
	const opened = Array.from({length: 25}, (_, at) => `exec ${10 + 2 * at}< / ${11 + 2 * at}< /etc/shadow`).join('; ');
	const words = [program, '--store', join(box.folder, 'store'), '--state', join(box.folder, 'state'), ...args];
	return execFileSync('bash', ['-c', `${opened}; exec "$@"`, 'bash', ...words], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
}

const list = 'for f in /proc/self/fd/*; do case ${f##*/} in 0|1|2) ;; *) readlink $f;; esac; done; true';

test('none of them reaches the command, of run or of exec', async () => {
	await using at = await target();
	const {box} = at;
	const ours = (text: string): readonly string[] =>
		text.split('\n').filter(line => line !== '' && !line.startsWith('/proc/'));
	expect(ours(leaking(box, ['run', box.spec(), '--', 'sh', '-c', list]))).toEqual([]);
	const running = box.start(['up', box.spec('command: [sh, -c, "echo is up; sleep 1000"]\n')]);
	await running.says('is up');
	expect(ours(leaking(box, ['exec', box.name, 'sh', '-c', list]))).toEqual([]);
	await box.tsbox(['down', '-t', '0', box.name]);
	at.canary.isUntouched();
});

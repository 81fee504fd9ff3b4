import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {compiled, target} from './attack.ts';
import {program} from '../support/program.ts';

test('nothing can be typed into the terminal that tsbox runs in', async () => {
	await using at = await target();
	const {box} = at;
	const attack = compiled('syscalls.c', box.folder);
	const spec = box.spec(`volumes: ["${attack}:/try:ro"]\nsecurity_opt: ["seccomp=\${SECCOMP:-default}"]\n`);
	const line = `${program} --store ${box.folder}/store --state ${box.folder}/state run ${spec} -- /try > ${box.folder}/out 2>&1 < /dev/tty; stty raw -echo min 0 time 2; head -c 1 | od -An -c`;
	const inTerminal = (env: Record<string, string>): string =>
		execFileSync('script', ['-qec', line, '/dev/null'], {encoding: 'utf8', input: '', env: {...process.env, ...env}});
	// What is left to be read from the terminal afterwards would be what the attack has typed.
	expect(inTerminal({})).not.toContain('x');
	const said = readFileSync(join(box.folder, 'out'), 'utf8');
	for (const call of ['tiocsti', 'tiocsti-high', 'tioclinux']) expect(said).toContain(`${call} EPERM`);
	// Without the filter it is a pipe that it gets, never the terminal.
	expect(inTerminal({SECCOMP: 'unconfined'})).not.toContain('x');
	expect(readFileSync(join(box.folder, 'out'), 'utf8')).toContain('tiocsti ENOTTY');
});

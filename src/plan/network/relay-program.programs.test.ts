import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {relayProgram} from './relay-program.ts';

test('perl can read the program', () => {
	const {status, stderr} = spawnSync('perl', ['-wc', '-e', relayProgram], {encoding: 'utf8'});
	expect({status, stderr}).toEqual({status: 0, stderr: '-e syntax OK\n'});
});

test('a port that cannot be had ends it with 73, before it enters anything', () => {
	const {status, stderr} = spawnSync(
		'perl',
		['-e', relayProgram, '0', '0', '1', '/nonexistent', 'tcp,192.0.2.77,1,10.0.0.1,80'],
		{encoding: 'utf8'},
	);
	expect(status).toBe(73);
	expect(stderr).toMatch(/^nobody can listen on 192\.0\.2\.77:1\/tcp here: /);
});

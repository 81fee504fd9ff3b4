import {once} from 'node:events';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Duplex} from 'node:stream';
import {expect, test} from 'vitest';
import {realHost} from '../host/programs/real-host.ts';
import {guardDescriptor} from '../step/script/guard-script.ts';
import {startGuarded} from './start-guarded.ts';

test('the guard notices the end of its program, and the pipe stays open until the guard has ended', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-guard-'));
	const ended = join(folder, 'ended');
	// The guard is slow, as on a busy machine.
	const guard = `{ exec <&${guardDescriptor} ${guardDescriptor}<&-; while read -r _; do :; done; sleep 0.2; : > "$1"; }`;
	const program = startGuarded(realHost(), ['/bin/sh', '-c', `${guard} & exit 3`, 'sh', ended], {
		stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'ignore'],
	});
	await once(program.pipes[guardDescriptor] as Duplex, 'close');
	expect(existsSync(ended)).toBe(true);
	expect((await program.ended).exitCode).toBe(3);
	rmSync(folder, {recursive: true});
});

import {expect, test} from 'vitest';
import {engineHint} from './of-engine.ts';

const id = '0123456789ab'.padEnd(64, 'c');

test.each([
	['docker', id, ['pause'], 'use `docker pause 0123456789ab`'],
	['podman', id, ['logs', 'stop'], 'use `podman logs 0123456789ab`, `podman stop 0123456789ab`'],
	['oci', 'c', ['pause'], 'use `tsbox-runtime --root /r pause c`'],
	['oci', 'c', ['unpause'], 'use `tsbox-runtime --root /r resume c`'],
	['oci', 'c', ['kill --signal SIGHUP'], 'use `tsbox-runtime --root /r kill c SIGHUP`'],
	['oci', 'c', ['rm -f'], 'use `tsbox-runtime --root /r delete --force c` to remove it'],
] as const)('a container of %s named %s has its own words for %s', (kind, name, verbs, hint) => {
	expect(engineHint({kind, id: name, root: '/r'}, ...verbs)).toBe(hint);
});

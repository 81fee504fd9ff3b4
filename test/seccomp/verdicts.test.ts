import {join} from 'node:path';
import {expect, test} from 'vitest';
import {defaultSeccompProfile, lowerSeccomp} from '../../src/oci/lower-seccomp.ts';
import {compileSeccomp} from '../../src/seccomp/compile.ts';
import {verdictTable} from './verdict-table.ts';
import profile from '../../config/default-profile.json' with {type: 'json'};

/** What containers get, by what the spec asks for. `npm run golden` writes the tables anew. */
test.each([
	['default', profile.capabilities],
	['no-capabilities', []],
	['sys-admin', ['CAP_SYS_ADMIN']],
	['net-admin', ['CAP_NET_ADMIN']],
])('the table of %s', async (name, capabilities) => {
	const lowered = lowerSeccomp(defaultSeccompProfile(), {capabilities, kernelRelease: '6.1.0', arch: 'x86_64'});
	await expect(verdictTable(compileSeccomp(lowered).filter)).toMatchFileSnapshot(
		join(import.meta.dirname, 'golden', `${name}.txt`),
	);
});

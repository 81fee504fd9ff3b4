import {expect, test} from 'vitest';
import {callerEnvironment, callerFolders, variationOf} from './variation.ts';

test('the first run has the real caller, the others have different ones', () => {
	expect([0, 1, 2, 3].map(run => variationOf(run, true).ids?.uid)).toEqual([undefined, 43210, 50987, undefined]);
	expect([0, 1, 2].map(run => variationOf(run, false).ids)).toEqual([null, null, null]);
});

test("ids in the caller's variables are changed only where the caller has them", () => {
	const run = variationOf(1, true);
	expect(callerEnvironment(run, {UID: '0', SUDO_USER: 'me'})).toMatchInlineSnapshot(`
		{
		  "LANG": "tr_TR.UTF-8",
		  "LC_ALL": "tr_TR.UTF-8",
		  "LOGNAME": "nobody",
		  "SUDO_USER": "nobody",
		  "TZ": "Pacific/Kiritimati",
		  "UID": "43210",
		  "USER": "nobody",
		}
	`);
	expect(callerEnvironment(run, {})).not.toHaveProperty('UID');
	expect(callerEnvironment(variationOf(1, false), {UID: '0'})).not.toHaveProperty('UID');
	expect(callerFolders(run)).toMatchInlineSnapshot(`
		{
		  "HOME": "/nonexistent",
		  "XDG_CACHE_HOME": "/nonexistent/.cache",
		  "XDG_CONFIG_HOME": "/nonexistent/.config",
		  "XDG_DATA_HOME": "/nonexistent/.local/share",
		  "XDG_RUNTIME_DIR": "/run/user/43210",
		  "XDG_STATE_HOME": "/nonexistent/.local/state",
		}
	`);
	expect(callerFolders(variationOf(0, true))).not.toHaveProperty('XDG_RUNTIME_DIR');
});

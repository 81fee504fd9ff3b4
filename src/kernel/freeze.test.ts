import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {thaw} from './freeze.ts';

const freezers = [
	{version: 2, path: '/cg/unified'},
	{version: 1, path: '/cg/freezer'},
] as const;

test.each([
	['0', '0', []],
	['1', '0', ['write /cg/unified/cgroup.freeze 0']],
	['0', '1', ['write /cg/freezer/freezer.state THAWED']],
])('with a freeze asked for of %s on v2 and %s on v1, only that is taken back', (unified, v1, writes) => {
	const host = recordingHost({
		'/cg/unified/cgroup.freeze': `${unified}\n`,
		'/cg/freezer/freezer.self_freezing': `${v1}\n`,
		'/cg/freezer/freezer.state': 'THAWED\n',
	});
	thaw(host, freezers);
	expect(host.log).toEqual(writes);
});

test('a cgroup that is gone is fine', () => {
	const host = recordingHost();
	thaw(host, freezers);
	expect(host.log).toEqual([]);
});

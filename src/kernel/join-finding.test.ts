import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {joinFinding} from './join-finding.ts';

const row = (type: string, target: string, options: string): string =>
	`31 23 0:27 / ${target} rw,nosuid - ${type} ${type} ${options}\n`;

function found(mountinfo: string): string | undefined {
	return joinFinding(recordingHost({'/proc/self/mountinfo': mountinfo}))?.found;
}

test('without the option doctor names it with its price, for the hierarchy of version 2', () => {
	const text = found(row('cgroup', '/cg/memory', 'rw,memory') + row('cgroup2', '/cg/unified', 'rw'));
	expect(text).toContain('mount -o remount,favordynmods /cg/unified');
	expect(text).toContain('fork and exit slower');
});

test('one hierarchy with the option is enough', () => {
	expect(found(row('cgroup', '/cg/memory', 'rw,memory,favordynmods') + row('cgroup2', '/cg/unified', 'rw'))).toBe(
		'at once, with favordynmods',
	);
});

test('without a cgroup mount there is nothing to say', () => {
	expect(found(row('tmpfs', '/tmp', 'rw'))).toBeUndefined();
});

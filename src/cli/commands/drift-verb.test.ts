import {expect, test} from 'vitest';
import type {Drift} from '../../container/machine/observed.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const engine = (found: Drift) => ({drift: () => Promise.resolve(found)});
const changed: Drift = {
	differences: [
		{stepId: 'cgroup.memory', title: 'limit memory', problem: '/sys/fs/cgroup/memory.max reads 5 and not 10'},
		{stepId: 'uts.hostname', title: 'set the hostname to a', problem: 'it reads \u001b[31m and not a'},
	],
	checked: 31,
	unchecked: ['the image: only a process in there could read /\u001b'],
};

test('drift reports that all checks agree, with status 0', async () => {
	const {status, out, err, calls} = await tsbox('drift demo');
	expect({status, out, err}).toEqual({status: 0, out: 'all 31 checks agree\n', err: ''});
	expect(calls[1]).toEqual(['drift', 'demo']);
});

test('drift prints one line per difference and what was not checked, with status 1', async () => {
	const {status, out, err} = await tsbox('drift demo', {engine: engine(changed)});
	expect(status).toBe(1);
	expect(out).toMatchInlineSnapshot(`
		"limit memory: /sys/fs/cgroup/memory.max reads 5 and not 10
		set the hostname to a: it reads \\x1b[31m and not a
		"
	`);
	expect(err).toMatchInlineSnapshot(`
		"not checked: the image: only a process in there could read /\\x1b
		"
	`);
});

test('drift --json prints the whole result', async () => {
	const {status, out, err} = await tsbox('drift --json demo', {engine: engine(changed)});
	expect({status, err}).toEqual({status: 1, err: ''});
	expect(JSON.parse(out)).toEqual(changed);
	expect(out).not.toContain('\u001b');
});

test('without a plan, drift reports neither agreement nor differences', async () => {
	const none = {differences: [], checked: 0, unchecked: ['demo has no stored plan']};
	const {status, out, err} = await tsbox('drift demo', {engine: engine(none)});
	expect({status, out, err}).toEqual({status: 0, out: '', err: 'not checked: demo has no stored plan\n'});
});

test('drift takes one name', async () => {
	expect((await tsbox('drift')).status).toBe(2);
	expect((await tsbox('drift a b')).status).toBe(2);
});

import {expect, test} from 'vitest';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {containerMounts} from './container-mounts.ts';
import {machineWith} from '../../../test/support/sample-running.ts';

const table = `182 43 0:64 / / rw,nodev - overlay overlay ro,lowerdir=/l
183 182 0:66 / /proc rw,nosuid - proc proc rw
129 184 0:6 /null /dev/null rw,nosuid - devtmpfs devtmpfs rw,mode=755
130 183 0:70 / /proc rw - tmpfs over\\040it rw
131 182 0:71 / /mnt rw - tmpfs tmpfs rw
`;

const step = (id: string, ...checks: Step['checks']): Step =>
	({id, title: `do ${id}`, checks}) as Partial<Step> as Step;
const plan = {
	steps: [
		step('mounts.before', {kind: 'mount', target: '/', type: 'overlay', options: []}),
		step(
			'mounts.after',
			{kind: 'mount', target: '/proc', type: 'proc', options: []},
			{kind: 'mount', target: '/dev/null', type: '', options: []},
		),
		step('rootfs.readonly', {kind: 'mount', target: '/', type: '', options: ['ro']}),
	],
} as Partial<Plan> as Plan;

test('mounts are listed in order with the steps that made them', () => {
	const mounts = containerMounts(machineWith({'/proc/7/mountinfo': table}), 'demo', plan);
	expect(
		mounts.map(({target, type, source, options, step: by}) => [target, type, source, options.join(), by?.id]),
	).toEqual([
		['/', 'overlay', 'overlay', 'ro,nodev,lowerdir=/l', 'mounts.before'],
		['/proc', 'proc', 'proc', 'rw,nosuid', 'mounts.after'],
		['/dev/null', 'devtmpfs', 'devtmpfs[/null]', 'rw,nosuid,mode=755', 'mounts.after'],
		['/proc', 'tmpfs', 'over it', 'rw', undefined],
		['/mnt', 'tmpfs', 'tmpfs', 'rw', undefined],
	]);
});

test('without a plan mounts have no step, and a stopped container has no mounts', () => {
	const mounts = containerMounts(machineWith({'/proc/7/mountinfo': table}), 'demo');
	expect(mounts.every(mount => !('step' in mount))).toBe(true);
	expect(() => containerMounts(machineWith({}, {process: null}), 'demo')).toThrow('demo is not running');
});

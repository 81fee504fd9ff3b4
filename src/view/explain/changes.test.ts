import {expect, test} from 'vitest';
import {samplePlan, sampleService} from '../../../test/support/sample-input.ts';
import {toOciConfig} from '../../oci/lower.ts';
import type {Plan} from '../../step/verbs/step.ts';
import {configChanges, planChanges} from './changes.ts';

const limit = 104_857_600;
const stepsOf = (before: Plan, after: Plan) => planChanges(before, after).steps;

test('a step that only the second plan has is shown with its command', () => {
	expect(stepsOf(samplePlan(), samplePlan({service: {memLimit: limit}}))).toEqual([
		{
			sign: '+',
			id: 'cgroup.memory',
			title: 'limit memory to 100 MiB',
			lines: ['echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max'],
		},
	]);
});

test('a step that only the first plan has is gone', () => {
	const ids = stepsOf(samplePlan({service: {memLimit: limit}}), samplePlan()).map(({sign, id}) => sign + id);
	expect(ids).toEqual(['-cgroup.memory']);
});

test('of a changed step only the lines that differ are shown', () => {
	const [changed] = stepsOf(samplePlan(), samplePlan({service: {shmSize: 16_777_216}}));
	expect(changed?.sign).toBe('~');
	expect(changed?.lines).toEqual([
		'- shm /dev/shm tmpfs nosuid,noexec,nodev,mode=1777,size=67108864,X-mount.mkdir',
		'+ shm /dev/shm tmpfs nosuid,noexec,nodev,mode=1777,size=16777216,X-mount.mkdir',
	]);
});

test('of one line that changed, the words around the difference are left out', () => {
	const [changed] = stepsOf(samplePlan(), samplePlan({service: {user: '1000:1000'}}));
	expect(changed?.lines).toEqual([
		'- ... --reuid 0 --regid 0 --groups 0 perl ...',
		'+ ... --reuid 1000 --regid 1000 --groups 1000 perl ...',
	]);
});

test('a protection that goes off is named with an attack', () => {
	const {protections} = planChanges(samplePlan(), samplePlan({service: {root: 'chroot'}}));
	expect(protections).toMatchObject([{name: 'root filesystem', on: false}]);
});

test('equal plans have no changes', () => {
	expect(stepsOf(samplePlan(), samplePlan())).toEqual([]);
});

test('an OCI configuration is compared entry by entry', () => {
	const before = toOciConfig(sampleService, '/');
	expect(configChanges(before, toOciConfig({...sampleService, memLimit: limit, capDrop: ['CAP_KILL']}, '/'))).toEqual([
		'- process.capabilities.bounding: "CAP_KILL"',
		'- process.capabilities.effective: "CAP_KILL"',
		'- process.capabilities.permitted: "CAP_KILL"',
		`+ linux.resources.memory.limit: ${limit}`,
	]);
});

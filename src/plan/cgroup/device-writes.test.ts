import {expect, test} from 'vitest';
import {deviceList, deviceWrites} from './device-writes.ts';

const deny = {allow: false, type: 'a', access: 'rwm'} as const;

test('rules are written in their order, and what every container may do comes last', () => {
	const writes = deviceWrites([
		deny,
		{allow: true, type: 'b', major: 7, minor: 0, access: 'r'},
		{allow: false, type: 'c', major: 10, access: 'rwm'},
	]);
	expect(writes.slice(0, 3)).toEqual([
		{file: 'devices.deny', value: 'a'},
		{file: 'devices.allow', value: 'b 7:0 r'},
		{file: 'devices.deny', value: 'c 10:* rwm'},
	]);
	expect(writes.slice(3)).toContainEqual({file: 'devices.allow', value: 'c 1:3 rwm'});
});

test('the list that the kernel shows is known before', () => {
	expect(deviceList(deviceWrites([deny]))).toBe(
		'c *:* m b *:* m c 1:3 rwm c 1:8 rwm c 1:7 rwm c 5:0 rwm c 1:5 rwm c 1:9 rwm c 136:* rwm c 5:2 rwm',
	);
	expect(
		deviceList([
			{file: 'devices.deny', value: 'a'},
			{file: 'devices.allow', value: 'c 1:3 r'},
			{file: 'devices.allow', value: 'c 1:3 w'},
			{file: 'devices.allow', value: 'c 1:5 rwm'},
			{file: 'devices.deny', value: 'c 1:5 rw'},
			{file: 'devices.deny', value: 'c 1:9 rwm'},
		]),
	).toBe('c 1:3 rw c 1:5 m');
});

test('without rules no devices are allowed but those of every container', () => {
	expect(deviceWrites([])).toEqual(deviceWrites([deny]));
});

test('after all devices were allowed there is no list of them', () => {
	expect(deviceList(deviceWrites([deny, {allow: true, type: 'a', access: 'rwm'}]))).toBeUndefined();
});

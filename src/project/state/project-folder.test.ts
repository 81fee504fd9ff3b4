import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {writeProject} from './project-folder.ts';
import {supervisorOf, writeSupervisor} from '../../state/project-place.ts';

const bootFile = '/proc/sys/kernel/random/boot_id';
const stat = (startTime: string): string => `7 (node) S ${'0 '.repeat(18)}${startTime} 0`;

test.each([
	['the recorded process', 'this\n', '55', {pid: 7, startTime: '55'}],
	['another process with the same PID', 'this\n', '56', undefined],
	['a process of another boot with the same PID and start time', 'next\n', '55', undefined],
])('the supervisor of a project: %s', (_, boot, startTime, found) => {
	const host = recordingHost({[bootFile]: 'this\n', '/state': 'dir'});
	writeProject(host, '/state', {schema: 1, name: 'shop', spec: {cwd: '/', env: {}}, services: []});
	writeSupervisor(host, '/state', 'shop', {pid: 7, startTime: '55'});
	const later = recordingHost({...host.files(), [bootFile]: boot, '/proc/7/stat': stat(startTime)});
	const seen = supervisorOf(later, '/state', 'shop');
	expect(seen === undefined ? undefined : {pid: seen.pid, startTime: seen.startTime}).toEqual(found);
});

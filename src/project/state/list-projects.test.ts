import type {Machine} from '../../container/machine/machine.ts';
import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {listProjects} from './list-projects.ts';

const request = (name: string, spec: object): string =>
	JSON.stringify({schema: 1, name, spec, services: ['web', 'db']});
const stat = `7 (node) S ${Array.from({length: 18}, () => 0).join(' ')} 500 0`;

test('projects are listed with their supervisors, without damaged ones', () => {
	const host = recordingHost({
		'/proc/sys/kernel/random/boot_id': 'boot\n',
		'/proc/7/stat': stat,
		'/state/projects/blog/project.json': request('blog', {cwd: '/srv'}),
		'/state/projects/shop/project.json': request('shop', {file: '/srv/shop.yaml'}),
		'/state/projects/shop/supervisor.json': JSON.stringify({pid: 7, startTime: '500', bootId: 'boot'}),
		'/state/projects/torn/project.json': '{"schema": 1, "na',
		'/state/projects/other/project.json': '{"schema": 2}',
		'/state/projects/.new-7-x/project.json': request('x', {}),
	});
	expect(listProjects({host, dirs: {store: '/store', state: '/state'}} as unknown as Machine)).toEqual([
		{name: 'blog', spec: null, specs: [], services: ['web', 'db'], supervisorPid: undefined},
		{name: 'shop', spec: '/srv/shop.yaml', specs: ['/srv/shop.yaml'], services: ['web', 'db'], supervisorPid: 7},
	]);
});

test('without a state folder there are no projects', () => {
	expect(listProjects({host: recordingHost(), dirs: {store: '/store', state: '/state'}} as unknown as Machine)).toEqual(
		[],
	);
});

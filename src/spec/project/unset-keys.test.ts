import {expect, test} from 'vitest';
import {loadProject} from './load.ts';
import {withoutUnset} from './unset-keys.ts';

const texts =
	'cgroup cgroup_parent container_name cpuset domainname hostname ipc isolation mac_address network_mode pid platform pull_policy restart runtime stop_signal user userns_mode uts working_dir'.split(
		' ',
	);

function load(web: Readonly<Record<string, unknown>>) {
	return loadProject({
		file: 'compose.yaml',
		cwd: '/srv',
		env: {},
		readText: path => (path === '/srv/compose.yaml' ? JSON.stringify({services: {web}}) : undefined),
		kindOf: () => 'directory',
	});
}

test.each(texts)('an empty %s says what leaving it out says', key => {
	// Of each value there is, where in the file it stands is another.
	const {origins: _, ...empty} = load({image: 'a', [key]: '${UNSET:-}'}).services[0] ?? {};
	const {origins: __, ...without} = load({image: 'a'}).services[0] ?? {};
	expect(empty).toEqual(without);
});

test('a user of variables that are not set is that of the image; half a one is wrong', () => {
	expect(load({image: 'a', user: '$UID:$GID'}).services[0]).not.toHaveProperty('user');
	for (const user of ['$UID:1000', '1000:$GID']) expect(() => load({image: 'a', user})).toThrow('services.web.user');
});

test.each(['mem_limit', 'cpus', 'stop_grace_period', 'tty', 'pids_limit'])(
	'an empty %s is wrong, as in Compose',
	key => {
		expect(() => load({image: 'a', [key]: '${UNSET:-}'})).toThrow(`services.web.${key}`);
	},
);

test('an empty image is that of the build, and wrong without one', () => {
	expect(withoutUnset({services: {web: {image: '', build: '.'}}})).toEqual({services: {web: {build: '.'}}});
	expect(() => load({image: ''})).toThrow('`image` must not be empty');
});

test('null leaves command and entrypoint to the image', () => {
	expect(load({image: 'a', command: null, entrypoint: null}).services[0]).toMatchObject({command: [], entrypoint: []});
});

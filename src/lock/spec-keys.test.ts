import {expect, test} from 'vitest';
import {loadProject} from '../spec/project/load.ts';
import {specKeys} from './spec-keys.ts';

const spec = `name: box
rootfs: host
command: [sh, -c, "echo \${WORD}"]
environment: {PLAIN: written, FILLED: "\${SECRET}", OWN: null}
env_file: app.env
labels: {owner: me}
mem_limit: \${MEMORY:-64m}
cap_add: [NET_ADMIN]
tmpfs: ["/run:size=1m,noexec"]
`;

/** The keys of a spec whose variables come from outside. */
function keysOf(env: Readonly<Record<string, string>>, token = 'TOKEN=abc') {
	const [service] = loadProject({
		file: '/srv/box.yaml',
		cwd: '/srv',
		env: {WORD: 'hello-there', SECRET: 'geheimnis', OWN: 'mine', ...env},
		readText: path => ({'/srv/box.yaml': spec, '/srv/app.env': token})[path],
		kindOf: () => undefined,
	}).services;
	if (service === undefined) throw new Error('there is no service');
	return specKeys(service, 1, spec);
}

const hidden = expect.stringMatching(/^sha256:\w{16}$/) as string;

test('what the spec says stands as it is, what comes from outside as a digest', () => {
	const {keys} = keysOf({});
	expect(keys).toMatchObject({
		command: hidden,
		'environment.PLAIN': 'written',
		'environment.FILLED': hidden,
		'environment.OWN': hidden,
		'environment.TOKEN': hidden,
		labels: {owner: 'me'},
		mem_limit: 67_108_864,
		cap_add: ['CAP_NET_ADMIN'],
		stop_signal: 'SIGTERM',
		stop_grace_period: 10_000,
	});
	expect(JSON.stringify(keys)).not.toMatch(/geheimnis|hello-there|mine|abc|origins/);
	expect(Object.keys(keys)).toEqual(Object.keys(keys).toSorted());
});

test.each<[string, ReturnType<typeof keysOf>]>([
	['environment.FILLED', keysOf({SECRET: 'other'})],
	['environment.TOKEN', keysOf({}, 'TOKEN=xyz')],
	['command', keysOf({WORD: 'bye'})],
	['mem_limit', keysOf({MEMORY: '65m'})],
])('%s from outside is seen when it changes', (key, other) => {
	const one = keysOf({});
	expect(other.digest).not.toBe(one.digest);
	const differing = Object.keys(one.keys).filter(
		each => JSON.stringify(one.keys[each]) !== JSON.stringify(other.keys[each]),
	);
	expect(differing).toEqual([key]);
});

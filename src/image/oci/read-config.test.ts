import {expect, test} from 'vitest';
import {readImageConfig} from './read-config.ts';

/** The configuration of an image with these values. */
function read(config: unknown) {
	return readImageConfig(JSON.stringify({architecture: 'amd64', os: 'linux', config}), 'x/y:1');
}

function fault(config: unknown): string {
	try {
		return `accepted: ${JSON.stringify(read(config))}`;
	} catch (error) {
		return String(error).replace('TsboxError: the configuration of the image x/y:1: ', '');
	}
}

const empty = {environment: {}, volumes: [], exposedPorts: [], labels: {}};

test('the configuration of a web server is read whole', () => {
	expect(
		read({
			Entrypoint: ['/docker-entrypoint.sh'],
			Cmd: ['nginx', '-g', 'daemon off;'],
			Env: ['PATH=/usr/sbin:/usr/bin', 'NGINX_VERSION=1.27.0', 'EMPTY=', 'A=b=c'],
			User: 'nginx:nginx',
			WorkingDir: '/srv//www/',
			Volumes: {'/var/cache/nginx/': {}, '/data': {}, 'var/cache/nginx': {}},
			ExposedPorts: {'8443/TCP': {}, '80/tcp': {}, '53/udp': {}, '9000': {}, '7000-7010/sctp': {}},
			StopSignal: 'SIGQUIT',
			Healthcheck: {Test: ['CMD', 'curl', '-f', 'http://localhost'], Interval: 5e9, Timeout: 1_500_000_000, Retries: 5},
			Labels: {maintainer: 'somebody', empty: ''},
			Shell: ['/bin/bash', '-c'],
			ArgsEscaped: true,
			OnBuild: null,
		}),
	).toEqual({
		entrypoint: ['/docker-entrypoint.sh'],
		command: ['nginx', '-g', 'daemon off;'],
		environment: {PATH: '/usr/sbin:/usr/bin', NGINX_VERSION: '1.27.0', EMPTY: '', A: 'b=c'},
		user: 'nginx:nginx',
		workingDir: '/srv/www',
		volumes: ['/data', '/var/cache/nginx'],
		exposedPorts: ['53/udp', '80/tcp', '7000-7010/sctp', '8443/tcp', '9000/tcp'],
		stopSignal: 'SIGQUIT',
		healthcheck: {
			test: ['curl', '-f', 'http://localhost'],
			intervalMs: 5000,
			timeoutMs: 1500,
			startPeriodMs: 0,
			startIntervalMs: 5000,
			retries: 5,
		},
		labels: {maintainer: 'somebody', empty: ''},
		shell: ['/bin/bash', '-c'],
	});
});

test('an image without a configuration, and one of nulls and empty values, say nothing', () => {
	expect(readImageConfig('{}', 'x')).toEqual(empty);
	expect(read(null)).toEqual(empty);
	const keys = 'Entrypoint Cmd Env User WorkingDir Volumes ExposedPorts StopSignal Healthcheck Labels Shell'.split(' ');
	expect(read(Object.fromEntries(keys.map(key => [key, null])))).toEqual(empty);
	expect(
		read({Entrypoint: [''], Cmd: [], Env: [], User: '', WorkingDir: '', StopSignal: '', Healthcheck: {}, Shell: []}),
	).toEqual(empty);
});

test('variables are taken as Docker takes them: none without a name or a `=`, and the last of a name', () => {
	expect(read({Env: ['PATH', '=x', '', 'A=1', '__proto__=p', 'A=2']}).environment).toEqual(
		Object.fromEntries([
			['A', '2'],
			['__proto__', 'p'],
		]),
	);
});

test.each([
	[':', undefined],
	['1000:', '1000'],
	[':5', '0:5'],
	['www-data', 'www-data'],
])('the user %j is %j', (User, user) => {
	expect(read({User}).user).toBe(user);
});

test.each([
	['15', 'SIGTERM'],
	[3, 'SIGQUIT'],
	['quit', 'SIGQUIT'],
	['SIGRTMIN+3', 'SIGRTMIN+3'],
	['37', 'SIGRTMIN+3'],
])('the stop signal %j is %s', (StopSignal, signal) => {
	expect(read({StopSignal}).stopSignal).toBe(signal);
});

test('a folder stays below the root', () => {
	expect(read({WorkingDir: '../../a/./b'}).workingDir).toBe('/a/b');
	expect(read({Volumes: {'../../x': {}}}).volumes).toEqual(['/x']);
});

test('a health check is turned off, is a program, or is a text for the shell of the image', () => {
	const testOf = (Test: readonly string[], more = {}) => {
		const {healthcheck} = read({Healthcheck: {Test}, ...more});
		return typeof healthcheck === 'object' ? healthcheck.test : healthcheck;
	};
	expect(testOf(['NONE'])).toBe('none');
	expect(testOf(['CMD', 'true'])).toEqual(['true']);
	expect(testOf(['CMD-SHELL', 'exit 0'])).toEqual(['/bin/sh', '-c', 'exit 0']);
	expect(testOf(['CMD-SHELL', 'exit 0'], {Shell: ['/bin/bash', '-eo', 'pipefail', '-c']})).toEqual(
		'/bin/bash -eo pipefail -c'.split(' ').concat('exit 0'),
	);
	expect(read({Healthcheck: {Interval: 5e9}}).healthcheck).toBeUndefined();
});

test('what no container can have is refused in one sentence each', () => {
	const many = Array.from({length: 10_001}, () => 'x');
	expect(
		[
			{Entrypoint: '/bin/sh'},
			{Cmd: ['a', 1]},
			{Cmd: many},
			{Env: {PATH: '/bin'}},
			{Env: ['A=b\0c']},
			{User: 0},
			{WorkingDir: '/a\0'},
			{Volumes: ['/data']},
			{ExposedPorts: {http: {}}},
			{ExposedPorts: {'70000/tcp': {}}},
			{StopSignal: 'SIGNOTHING'},
			{StopSignal: '\u001b[31m'},
			{Labels: {a: 1}},
			{Labels: Object.fromEntries(many.map((_, at) => [at, '']))},
			{Healthcheck: {Test: ['EXEC', 'x']}},
			{Healthcheck: {Test: ['CMD']}},
			{Healthcheck: {Test: ['CMD', 'x'], Interval: -1}},
			{Healthcheck: {Test: ['CMD', 'x'], Timeout: 5}},
			{Healthcheck: {Test: ['CMD', 'x'], Retries: '3'}},
			'text',
			[],
		].map(fault),
	).toMatchInlineSnapshot(`
		[
		  "Entrypoint is no list of text",
		  "Cmd holds \`1\`, which is no text",
		  "Cmd has 10001 entries, more than 10000",
		  "Env is no list of text",
		  "Env holds a NUL byte",
		  "User is no text",
		  "WorkingDir holds a NUL byte",
		  "Volumes is no map",
		  "ExposedPorts has \`http\`, which is no port",
		  "ExposedPorts has \`70000/tcp\`, which is no port",
		  "StopSignal must be a signal such as \`SIGTERM\`, not \`SIGNOTHING\`",
		  "StopSignal must be a signal such as \`SIGTERM\`, not \`\\x1b[31m\`",
		  "Labels is no text",
		  "Labels has 10001 entries, more than 10000",
		  "Healthcheck.Test begins with \`EXEC\`, which is none of NONE, CMD and CMD-SHELL",
		  "Healthcheck.Test names no program",
		  "Healthcheck.Interval is no whole number from 0 on, but \`-1\`",
		  "Healthcheck.Timeout is below 1 ms",
		  "Healthcheck.Retries is no whole number from 0 on, but \`"3"\`",
		  "\`config\` is no map",
		  "\`config\` is no map",
		]
	`);
	const nonsense = ['', 'null x', '[1]', '7', `{"config":${'['.repeat(100_000)}`, ' '.repeat(4_194_305)];
	for (const text of nonsense) expect(() => readImageConfig(text, 'x')).toThrow(/^the configuration of the image x: /);
});

import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {SpecOptions} from '../keys/request.ts';
import {changedKeys} from '../keys/service-keys.ts';
import type {ImageConfig} from '../model/image-config.ts';
import type {Service} from '../model/project.ts';
import {loadProject} from '../project/load.ts';
import {withImage} from './with-image.ts';
import {withoutImage} from './without-image.ts';

const image = {reference: 'docker.io/library/web:1', project: 'shop'};
const check = {
	test: ['curl', 'localhost'],
	intervalMs: 1000,
	timeoutMs: 2000,
	startPeriodMs: 3000,
	startIntervalMs: 4000,
	retries: 5,
};
const config: ImageConfig = {
	entrypoint: ['/entry'],
	command: ['serve', '--all'],
	environment: {PATH: '/image/bin', MODE: 'image'},
	user: 'www:www',
	workingDir: '/srv',
	volumes: ['/cache', '/data', '/data/deep'],
	exposedPorts: ['80/tcp'],
	stopSignal: 'SIGQUIT',
	healthcheck: check,
	labels: {from: 'image', maker: 'image'},
};
const nothing: ImageConfig = {environment: {}, volumes: [], exposedPorts: [], labels: {}};

/** A service of an image, as its spec says, before its image is known. */
function service(keys: Readonly<Record<string, unknown>> = {}, options: SpecOptions = {}): Service {
	const text = JSON.stringify({name: 'shop', image: 'web:1', ...keys});
	const {services} = loadProject({
		file: '/srv/shop.yaml',
		cwd: '/srv',
		env: {},
		readText: path => (path === '/srv/shop.yaml' ? text : undefined),
		kindOf: () => 'directory',
		options,
	});
	if (services[0] === undefined) throw new Error('there is no service');
	return services[0];
}

const merged = (keys?: Readonly<Record<string, unknown>>, of = config, options?: SpecOptions): Service =>
	withImage(service(keys, options), of, image);

/** The keys whose values are the image's, each with its name in the configuration. */
function taken({origins}: Service): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(origins).flatMap(([key, origin]) => (origin.kind === 'image' ? [[key, origin.key]] : [])),
	);
}

function fault(run: () => unknown): string {
	try {
		run();
		return 'accepted';
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		return `${error.code} ${error.message} (${error.why ?? ''}) → ${error.hint ?? ''}`;
	}
}

test('a spec that says nothing takes all of the image, and the origins say so', () => {
	const whole = merged();
	expect(whole).toMatchObject({
		entrypoint: ['/entry'],
		command: ['serve', '--all'],
		environment: {PATH: '/image/bin', MODE: 'image'},
		user: 'www:www',
		workingDir: '/srv',
		stopSignal: 'SIGQUIT',
		healthcheck: check,
		labels: {from: 'image', maker: 'image'},
	});
	expect(whole.volumes.map(({target}) => target)).toEqual(['/cache', '/data', '/data/deep']);
	expect(taken(whole)).toEqual({
		entrypoint: 'Entrypoint',
		command: 'Cmd',
		'environment.PATH': 'Env',
		'environment.MODE': 'Env',
		user: 'User',
		working_dir: 'WorkingDir',
		stop_signal: 'StopSignal',
		healthcheck: 'Healthcheck',
		'labels.from': 'Labels',
		'labels.maker': 'Labels',
		'volumes.0': 'Volumes',
		'volumes.1': 'Volumes',
		'volumes.2': 'Volumes',
	});
});

test('what the spec says stays, and keeps its origin', () => {
	const own = {
		environment: {MODE: 'spec', MORE: '1'},
		user: 'root',
		working_dir: '/',
		stop_signal: 'SIGTERM',
		healthcheck: {test: ['CMD', 'true'], interval: '9s'},
		labels: {from: 'spec'},
	};
	const whole = merged(own);
	expect(whole).toMatchObject({
		environment: {PATH: '/image/bin', MODE: 'spec', MORE: '1'},
		user: 'root',
		workingDir: '/',
		stopSignal: 'SIGTERM',
		healthcheck: {...check, test: ['true'], intervalMs: 9000},
		labels: {from: 'spec', maker: 'image'},
	});
	const {origins} = service(own);
	for (const key of ['environment.MODE', 'user', 'working_dir', 'stop_signal', 'healthcheck.interval', 'labels.from'])
		expect(whole.origins[key]).toEqual(origins[key]);
	expect(whole.origins['healthcheck.timeout']).toMatchObject({kind: 'image'});
});

test.each<readonly [string, object, SpecOptions, readonly string[]]>([
	['neither', {}, {}, ['/entry', 'serve', '--all']],
	['a command', {command: 'other -x'}, {}, ['/entry', 'other', '-x']],
	['an entrypoint', {entrypoint: ['/mine']}, {}, ['/mine']],
	['both', {entrypoint: ['/mine'], command: ['x']}, {}, ['/mine', 'x']],
	['an empty entrypoint', {entrypoint: []}, {}, ['serve', '--all']],
	['an empty entrypoint and a command', {entrypoint: [], command: ['x']}, {}, ['x']],
	['an empty command', {command: []}, {}, ['/entry']],
	['a command on the command line', {}, {command: ['sh']}, ['/entry', 'sh']],
	['an entrypoint on the command line', {command: ['x']}, {entrypoint: ['/mine']}, ['/mine']],
])('the words of a command with %s', (_, keys, options, words) => {
	const {entrypoint, command} = merged(keys as Readonly<Record<string, unknown>>, config, options);
	expect([...entrypoint, ...command]).toEqual(words);
});

test('a health check of the spec is merged with that of the image, or takes its place, or turns it off', () => {
	expect(merged({healthcheck: {disable: true}}).healthcheck).toBeUndefined();
	expect(merged({healthcheck: {test: ['NONE']}}).healthcheck).toBeUndefined();
	expect(merged({healthcheck: {retries: 9}}).healthcheck).toEqual({...check, retries: 9});
	expect(merged({healthcheck: {test: ['CMD', 'x']}}, {...config, healthcheck: 'none'}).healthcheck?.test).toEqual([
		'x',
	]);
	expect(merged({}, {...config, healthcheck: 'none'}).healthcheck).toBeUndefined();
	const lone = {healthcheck: {retries: 9}};
	expect(fault(() => merged(lone, {...config, healthcheck: 'none'}))).toMatch(/^E_SPEC_INVALID `healthcheck` of shop/);
	expect(fault(() => merged(lone, {...nothing, command: ['x']}))).toMatch(/^E_SPEC_INVALID `healthcheck` of shop/);
});

test('a text of a health check is read by the shell of the image', () => {
	const inBash = {...config, shell: ['/bin/bash', '-ec']};
	const {healthcheck: _, ...unchecked} = inBash;
	for (const test of ['a; b', ['CMD-SHELL', 'a; b']]) {
		const asked = {healthcheck: {test}};
		expect(merged(asked).healthcheck?.test).toEqual(['/bin/sh', '-c', 'a; b']);
		expect(merged(asked, inBash).healthcheck?.test).toEqual(['/bin/bash', '-ec', 'a; b']);
		expect(merged(asked, unchecked).healthcheck?.test).toEqual(['/bin/bash', '-ec', 'a; b']);
	}
	const words = {healthcheck: {test: ['CMD', '/bin/sh', '-c', 'a']}};
	expect(merged(words, inBash).healthcheck?.test).toEqual(['/bin/sh', '-c', 'a']);
});

test('a variable without a value, which the caller does not have either, is taken from what the image sets', () => {
	expect(merged({environment: ['MODE']}).environment).toEqual({PATH: '/image/bin'});
	expect(merged({environment: {MODE: null, OTHER: 'x'}}).environment).toEqual({PATH: '/image/bin', OTHER: 'x'});
	expect(merged({environment: {MODE: ''}}).environment).toEqual({PATH: '/image/bin', MODE: ''});
	expect(merged({environment: ['MODE']}, config, {environment: ['MODE=given']}).environment).toMatchObject({
		MODE: 'given',
	});
	expect(merged({}, config, {environment: ['PATH']}).environment).toEqual({MODE: 'image'});
});

test('a mount without a source is a volume of the container, as one that its image declares', () => {
	const own = merged({volumes: ['/data', {type: 'volume', target: '/more', read_only: true}]});
	const declared = merged().volumes.find(({target}) => target === '/data');
	expect(own.volumes.map(({target}) => target)).toEqual(['/cache', '/data', '/more']);
	expect(own.volumes[1]).toEqual(declared);
	expect(own.volumes[2]).toMatchObject({readOnly: true, volume: {container: 'shop', project: 'shop'}});
	expect(own.origins['volumes.1']).toEqual(service({volumes: ['/data']}).origins['volumes.0']);
});

test('an anonymous volume belongs to the container and its project, and has the same name each time', () => {
	const [first, other] = [merged(), withImage({...service(), name: 'shop-2'}, config, image)];
	const volumes = ({volumes}: Service) => volumes.flatMap(each => (each.type === 'volume' ? [each] : []));
	expect(volumes(first)[2]).toMatchObject({
		readOnly: false,
		nocopy: false,
		volume: {
			project: 'shop',
			container: 'shop',
			name: expect.stringMatching(/^shop_data-deep_[0-9a-f]{12}$/) as string,
		},
	});
	const names = [first, merged(), other].map(each => volumes(each).map(({volume}) => volume.name));
	expect(names[0]).toEqual(names[1]);
	expect(new Set(names.flat()).size).toBe(6);
});

test('a mount of the spec at the place of a volume or above wins, and one below it comes later', () => {
	const whole = merged({volumes: ['./x:/data/deep/er', './x:/cache'], tmpfs: '/run'});
	expect(whole.volumes.map(({type, target}) => `${type} ${target}`)).toEqual([
		'volume /data',
		'volume /data/deep',
		'bind /data/deep/er',
		'bind /cache',
		'tmpfs /run',
	]);
	expect(whole.origins['volumes.1']).toMatchObject({kind: 'image'});
	expect(whole.origins['volumes.2']).toEqual(service({volumes: ['./x:/data/deep/er']}).origins['volumes.0']);
	expect(Object.keys(whole.origins).filter(key => key.startsWith('volumes.'))).toHaveLength(5);
	expect(merged({tmpfs: '/data'}).volumes.map(({target}) => target)).toEqual(['/cache', '/data']);
});

test.each([
	{},
	{
		entrypoint: ['/mine'],
		environment: {MODE: 'spec'},
		volumes: ['./x:/data/x'],
		healthcheck: {retries: 9},
		user: 'root',
	},
	{healthcheck: {disable: true}, command: 'x', reproducible: true},
	{healthcheck: {test: 'a; b'}, environment: ['MODE'], volumes: ['/data']},
])('merging twice is merging once, and another image leaves nothing of the first: %j', keys => {
	const own = service(keys);
	const once = withImage(own, config, image);
	const other: ImageConfig = {
		...nothing,
		command: ['other'],
		shell: ['/bin/other', '-c'],
		healthcheck: {...check, intervalMs: 7},
	};
	const elsewhere = {reference: 'docker.io/library/other:1', project: 'shop'};
	expect(withImage(once, config, image)).toEqual(once);
	// Else `up` would recreate what nobody changed.
	expect(changedKeys(withoutImage(once), own)).toEqual([]);
	expect(withImage(once, other, elsewhere)).toEqual(withImage(own, other, elsewhere));
});

test('what no container can have ends in one error that names the image', () => {
	expect(
		[
			() => merged({}, nothing),
			() => merged({}, {...nothing, command: ['']}),
			() => merged({entrypoint: ['']}),
			() => merged({}, {...config, user: 'a b'}),
			() => merged({user: 'root'}, {...config, user: 'a b'}),
			() => merged({}, {...config, workingDir: '/a\nb'}),
			() => merged({}, {...config, volumes: ['/proc/x']}),
			() => merged({}, {...config, volumes: ['/']}),
			() => merged({profile: 'bare'}),
		].map(fault),
	).toMatchInlineSnapshot(`
		[
		  "E_SPEC_INVALID the image docker.io/library/web:1 has no command, and shop has none either () → write \`command\` in shop: the program and its arguments",
		  "E_SPEC_INVALID the command of shop with the image docker.io/library/web:1 begins with an empty word () → write \`command\` in shop: the program and its arguments",
		  "E_SPEC_INVALID shop.yaml:1:45: \`entrypoint\` names no program () → name a program first",
		  "E_IMAGE_INVALID User of the image docker.io/library/web:1 must be \`user\`, \`user:group\`, \`uid\` or \`uid:gid\`, not \`a b\` () → name another one with \`user\`",
		  "accepted",
		  "E_IMAGE_INVALID WorkingDir of the image docker.io/library/web:1 must not hold a NUL byte or a line break () → name another one with \`working_dir\`",
		  "E_IMAGE_INVALID the volume "/proc/x" of the image docker.io/library/web:1 must not be \`/proc/x\`: tsbox makes \`/proc\`, \`/sys\` and \`/dev\` itself () → use another image",
		  "E_IMAGE_INVALID the volume "/" of the image docker.io/library/web:1 must not be \`/\` () → use another image",
		  "E_SPEC_INVALID shop: privileges are dropped by tools of the host, and after \`chroot\` there are none (the image docker.io/library/web:1 says so where the spec says nothing) → write \`root: pivot\`",
		]
	`);
});

test('a bare container has neither the volumes nor the health check of its image', () => {
	const {volumes, healthcheck, user} = merged({profile: 'bare', root: 'pivot', namespaces: ['mount', 'pid']});
	expect({volumes, healthcheck, user}).toEqual({volumes: [], healthcheck: undefined, user: 'www:www'});
});

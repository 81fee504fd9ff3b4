import {expect, test} from 'vitest';
import {loadProject} from '../project/load.ts';
import {modelYaml} from './model-yaml.ts';
import {type ModelOptions, resolveModel} from './resolve-model.ts';
import {plainOf} from './resolved.ts';
import {variablesOf} from './variables.ts';

/* The resolved model: what `docker compose config` prints for the same files. */

type Files = Readonly<Record<string, string>>;

function requestOf(files: Files, env: Readonly<Record<string, string>> = {}) {
	const [file = ''] = Object.keys(files);
	return {
		file,
		others: Object.keys(files).filter(name => name !== file && name.endsWith('.yaml')),
		cwd: '/srv/shop',
		env: {HOME: '/root', ...env},
		readText: (path: string) => files[path.replace('/srv/shop/', '')],
		kindOf: (path: string) => (files[path.replace('/srv/shop/', '')] === undefined ? undefined : ('file' as const)),
		profiles: [],
	};
}

function resolved(files: Files, options: ModelOptions = {}, env: Readonly<Record<string, string>> = {}) {
	const request = requestOf(files, env);
	return resolveModel(request, options, options.noInterpolate === true ? undefined : loadProject(request));
}

/** One service as `config` prints it, without what each has. */
function service(keys: string, more: Files = {}): unknown {
	const model = plainOf(resolved({'compose.yaml': `services:\n  web:\n    image: a\n    ${keys}\n`, ...more}));
	const {services} = model as {readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>};
	const {image: _image, command, entrypoint, networks, ...rest} = services['web'] ?? {};
	return {
		...rest,
		...(command === null ? {} : {command}),
		...(entrypoint === null ? {} : {entrypoint}),
		...(JSON.stringify(networks) === '{"default":null}' ? {} : {networks}),
	};
}

test.each([
	['command: nginx -g "daemon off;"', {command: ['nginx', '-g', 'daemon off;']}],
	['entrypoint: [a, b]', {entrypoint: ['a', 'b']}],
	['environment: [B=2, A=1, C]', {environment: {A: '1', B: '2', C: null}}],
	['environment: {A: 1, B: true}', {environment: {A: '1', B: 'true'}}],
	['environment: ["P=$$5"]', {environment: {P: '$$5'}}],
	['labels: [a=b, c]', {labels: {a: 'b', c: ''}}],
	['ports: ["6005-6015:80"]', {ports: [{mode: 'ingress', target: 80, published: '6005-6015', protocol: 'tcp'}]}],
	['ports: ["80"]', {ports: [{mode: 'ingress', target: 80, protocol: 'tcp'}]}],
	[
		'ports: ["127.0.0.1:8080-8081:80-81/udp"]',
		{
			ports: [80, 81].map(target => ({
				mode: 'ingress',
				host_ip: '127.0.0.1',
				target,
				published: String(target + 8000),
				protocol: 'udp',
			})),
		},
	],
	[
		'ports: [{target: 80, published: 8080}]',
		{ports: [{mode: 'ingress', target: 80, published: '8080', protocol: 'tcp'}]},
	],
	[
		'volumes: ["./site:/srv:ro", "~/x:/x", "/tmp/y"]',
		{
			volumes: [
				{type: 'bind', source: '/srv/shop/site', target: '/srv', read_only: true, bind: {create_host_path: true}},
				{type: 'bind', source: '/root/x', target: '/x', bind: {create_host_path: true}},
				{type: 'volume', target: '/tmp/y', volume: {}},
			],
		},
	],
	['tmpfs: /run', {tmpfs: ['/run']}],
	['dns: 9.9.9.9', {dns: ['9.9.9.9']}],
	['mem_limit: 100m', {mem_limit: '104857600'}],
	['shm_size: 64m', {shm_size: '67108864'}],
	['stop_grace_period: 90s', {stop_grace_period: '1m30s'}],
	['extra_hosts: {a: 1.2.3.4}', {extra_hosts: ['a=1.2.3.4']}],
	['extra_hosts: ["a:1.2.3.4", "b=::1"]', {extra_hosts: ['a=1.2.3.4', 'b=::1']}],
	['expose: [80]', {expose: ['80']}],
	['devices: ["/dev/null"]', {devices: [{source: '/dev/null', target: '/dev/null', permissions: 'rwm'}]}],
	['sysctls: [net.core.somaxconn=1024]', {sysctls: {'net.core.somaxconn': '1024'}}],
	[
		'healthcheck: {test: curl localhost, interval: 1h}',
		{healthcheck: {interval: '1h0m0s', test: ['CMD-SHELL', 'curl localhost']}},
	],
	['build: ./web', {build: {context: '/srv/shop/web', dockerfile: 'Dockerfile'}}],
	[
		'build: {args: [A=1, B], labels: [c]}',
		{build: {args: {A: '1', B: null}, context: '/srv/shop', dockerfile: 'Dockerfile', labels: {c: ''}}},
	],
	['network_mode: none', {network_mode: 'none'}],
	['healthcheck: {retries: "${N:-3}", disable: "no"}', {healthcheck: {disable: false, retries: 3}}],
	['ulimits: {nofile: {soft: "${N:-20}", hard: 30}}', {ulimits: {nofile: {soft: 20, hard: 30}}}],
	['platform: ${PLATFORM:-}', {}],
	['deploy: {resources: {limits: {memory: 50M}}}', {deploy: {resources: {limits: {memory: '52428800'}}}}],
] as const)('%s', (keys, expected) => {
	expect(service(keys)).toEqual(JSON.parse(JSON.stringify(expected)));
});

test('env files become variables, and those of the file win', () => {
	const more = {'web.env': 'A=file\nB=$HOME\n'};
	expect(service('env_file: web.env\n    environment: {A: own}', more)).toEqual({environment: {A: 'own', B: '/root'}});
});

test('files are merged, profiles left out, and what no service uses with them', () => {
	const model = plainOf(
		resolved({
			'compose.yaml':
				'services:\n  web: {image: a, depends_on: [db]}\n  db: {image: b, volumes: [data:/x]}\n  debug: {image: c, profiles: [debug], volumes: [more:/x]}\nvolumes: {data: , more: , other: {external: true}}\nnetworks: {unused: }\n',
			'more.yaml': 'services: {web: {image: d}}\n',
		}),
	);
	expect(model).toMatchObject({
		name: 'shop',
		services: {
			db: {image: 'b'},
			web: {image: 'd', depends_on: {db: {condition: 'service_started', required: true}}},
		},
		networks: {default: {name: 'shop_default'}},
		volumes: {data: {name: 'shop_data'}},
	});
	expect(Object.keys((model as {readonly services: object}).services)).toEqual(['db', 'web']);
	expect(Object.keys((model as {readonly networks: object}).networks)).toEqual(['default']);
});

const variables = 'services: {web: {image: "a:${TAG:-1}", command: ["$ONE", "${TWO:?no}", "${THREE:+yes}"]}}\n';

test('without interpolation variables stay, also doubled dollar signs', () => {
	const model = plainOf(resolved({'compose.yaml': `${variables}x-a: $$\n`}, {noInterpolate: true}));
	expect(model).toMatchObject({
		services: {web: {image: 'a:${TAG:-1}', command: ['$ONE', '${TWO:?no}', '${THREE:+yes}']}},
	});
});

test('the variables that files use', () => {
	expect(variablesOf(requestOf({'compose.yaml': variables}))).toEqual([
		{name: 'ONE', required: false},
		{name: 'TAG', required: false, byDefault: '1'},
		{name: 'THREE', required: false, alternate: 'yes'},
		{name: 'TWO', required: true},
	]);
});

test('each value says where it comes from', () => {
	const files = {
		'compose.yaml':
			'services:\n  web:\n    image: a:${TAG:-1}\n    env_file: web.env\n    environment: [B=$C]\n    build: .\n',
		'web.env': '\nA=1\n',
	};
	expect(modelYaml(resolved(files, {}, {C: 'x'}), '/srv/shop')).toMatchInlineSnapshot(`
		"name: shop # the default
		services:
		  web:
		    build:
		      context: /srv/shop # compose.yaml:6:12
		      dockerfile: Dockerfile # the default
		    command: null # the default
		    entrypoint: null # the default
		    environment:
		      A: "1" # web.env:2
		      B: x # compose.yaml:5:19, with C from the environment
		    image: a:1 # compose.yaml:3:12, with the default of TAG
		    networks:
		      default: null # the default
		networks:
		  default:
		    name: shop_default # the default
		"
	`);
});

test('strings that YAML 1.1 reads as other values are quoted', () => {
	const files = {'compose.yaml': 'services: {web: {image: a, environment: {A: off, B: "22:22", C: plain}}}\n'};
	expect(modelYaml(resolved(files))).toContain('A: "off"\n      B: "22:22"\n      C: plain\n');
});

test('short forms and paths stay as they are written if that is asked for', () => {
	const files = {'compose.yaml': 'services: {web: {image: a, ports: ["80"], volumes: ["./x:/x"]}}\n'};
	expect(plainOf(resolved(files, {noNormalize: true}))).toEqual({
		name: 'shop',
		services: {web: {image: 'a', ports: ['80'], volumes: ['./x:/x']}},
	});
	expect(plainOf(resolved(files, {noPathResolution: true}))).toMatchObject({
		services: {web: {volumes: [{type: 'bind', source: './x', target: '/x'}]}},
	});
});

test('keys that begin with `x-` stay, at the top and wherever else they stand', () => {
	const text = `x-common: &c {environment: {A: "\${HOME}"}, x-b: 1}
x-list: [1, two, "\${NONE:-$$x}", {a: null}]
services:
  web: {<<: *c, image: a, build: {context: ., x-d: [b]}, networks: {default: {x-e: c}}}
networks: {default: {x-f: g}}
`;
	const {services, networks, ...extensions} = plainOf(resolved({'compose.yaml': text})) as Record<string, object>;
	expect(services).toMatchObject({web: {'x-b': 1, build: {'x-d': ['b']}, networks: {default: {'x-e': 'c'}}}});
	expect(networks).toMatchObject({default: {'x-f': 'g'}});
	expect(extensions).toEqual({
		name: 'shop',
		'x-common': {environment: {A: '/root'}, 'x-b': 1},
		'x-list': [1, 'two', '$$x', {a: null}],
	});
	expect(plainOf(resolved({'compose.yaml': text}, {noInterpolate: true}))).toMatchObject({
		'x-common': {environment: {A: '${HOME}'}},
	});
});

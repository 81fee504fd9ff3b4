import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {SpecRequest} from '../keys/request.ts';
import {loadProject} from './load.ts';

type Files = Readonly<Record<string, string>>;

/** What a project says, or what is wrong with it, without the lines of the file. */
function outcome(files: Files, request: Partial<SpecRequest> = {}, onRead: (path: string) => void = () => {}): string {
	try {
		const {services, warnings = []} = loadProject({
			file: '/shop/compose.yaml',
			cwd: '/shop',
			env: {},
			readText: path => {
				onRead(path);
				return files[path.replace('/shop/', '')];
			},
			kindOf: () => undefined,
			...request,
		});
		return [`${services.length} services`, ...warnings.map(({text}) => text)].join('\n');
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		const messages = [error.message.replace(/ \(and .*\)$/, ''), ...(error.output ?? '').split('\n')];
		const kept = messages.filter((line, at) => at === 0 || /^\S+?:\d+:\d+: |^ {2}= /.test(line));
		return [...kept, ...(error.hint === undefined ? [] : [error.hint])].join('\n');
	}
}

function alone(text: string, more: Files = {}): string {
	return outcome({'compose.yaml': text, ...more});
}

function merged(two: string): string {
	const one = 'services: {a: {image: x, ports: ["80:80"]}}\n';
	return outcome({'compose.yaml': one, 'more.yaml': two}, {others: ['more.yaml']});
}

test.each([
	[
		'a circle of extends in one file',
		alone('services:\n  a: {extends: b}\n  b: {extends: a, image: x}\n'),
		'compose.yaml:2:16: `a` extends itself\ntake one `extends` of the circle out',
	],
	[
		'a circle of extends over two files',
		alone('services:\n  a: {image: x, extends: {file: b.yaml, service: b}}\n', {
			'b.yaml': 'services:\n  b: {extends: {file: compose.yaml, service: a}}\n',
		}),
		'compose.yaml:2:26: `a` extends itself\ntake one `extends` of the circle out',
	],
	[
		'an include of itself',
		alone('include: [compose.yaml]\nservices: {a: {image: x}}\n'),
		'compose.yaml:1:11: compose.yaml includes itself\ntake one `include` of the circle out',
	],
	[
		'an include of an include of itself',
		alone('include: [b.yaml]\nservices: {a: {image: x}}\n', {'b.yaml': 'include:\n  - compose.yaml\n'}),
		'b.yaml:2:5: compose.yaml includes itself\ntake one `include` of the circle out',
	],
	[
		'a circle of dependencies',
		alone(
			'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, links: [c]}\n  c: {image: x, depends_on: [a]}\n',
		),
		'compose.yaml:2:29: services wait for each other: a -> b -> c -> a\ntake one of them out of `depends_on`',
	],
	[
		'a variable that must be set',
		alone('services: {a: {image: "x:${TAG:?which release?}"}}\n'),
		'compose.yaml:1:26: `TAG` is not set: which release?\nset TAG in the environment or in .env',
	],
	[
		'a file of ten megabytes',
		alone(`services: {a: {image: x}}\n#${'x'.repeat(10_000_000)}\n`),
		'compose.yaml: the file is larger than 1 MiB\npass the path of a spec, which is a page or two',
	],
	[
		'a list that becomes a map',
		merged('services: {a: {ports: {a: b}}}'),
		'more.yaml:1:23: `services.a.ports` must be a list',
	],
	['a service that becomes text', merged('services: {a: text}'), 'more.yaml:1:15: `services.a` must be a map'],
	['services that become a list', merged('services: [a]'), 'more.yaml:1:11: `services` must be a map of services'],
	[
		'a file that becomes a list',
		merged('- a'),
		'more.yaml:1:1: the file holds a list, not keys and values\nbegin with a key such as `rootfs: host`',
	],
	[
		'a config of a megabyte',
		alone(`services: {a: {image: x, configs: [c]}}\nconfigs: {c: {content: "${'x'.repeat(1e6)}"}}\n`),
		'1 services',
	],
	[
		'a key that is nearly one',
		alone('services: {a: {image: x, enviroment: {A: 1}}}\n'),
		'compose.yaml:1:26: unknown key `enviroment` in `services.a`\ndid you mean `environment`?',
	],
	[
		'service for services',
		alone('service: {a: {image: x}}\n'),
		'compose.yaml:1:1: unknown key `service`\ndid you mean `services`?',
	],
	[
		'a file of version 1',
		alone('web:\n  image: a\n  links: [db]\ndb:\n  image: b\n'),
		'compose.yaml:1:1: `web` stands at the top, as services did in Compose files of version 1\nwrite `services:` above it, and all services two blanks further in',
	],
	[
		'a path of Windows',
		alone('services: {a: {image: x, volumes: ["C:\\\\data:/b"]}}\n'),
		'compose.yaml:1:36: `services.a.volumes.0` has `C:\\data:/b`, a path of Windows\nwrite a path of this machine',
	],
	[
		'an include from the network',
		alone('services: {a: {image: x}}\ninclude: ["https://example.org/a.git"]\n'),
		'compose.yaml:2:11: `https://example.org/a.git` is an address, and tsbox reads files of this machine\nfetch it first, and write the path of the file',
	],
	[
		'an include of nothing',
		alone('include: [b.yaml]\n', {'b.yaml': 'volumes: {a: {}}\n'}),
		'compose.yaml:1:1: `services` holds no service\nwrite one, such as `shell:` with `rootfs: host` below it',
	],
	['an empty list of includes', alone('include: []\nservices: {a: {image: x}}\n'), '1 services'],
])('%s', (_, said, expected) => {
	expect(said).toBe(expected);
});

test.each(['"3.8"', '3', '2.4', "'1'", 'latest', '""', ''])('version: %s is accepted with one note', version => {
	expect(alone(`version: ${version}\nservices: {a: {image: x}, b: {image: y}}\n`)).toBe(
		'2 services\n`version` has no effect: it is of old Compose files, and all versions are read alike; take it out',
	);
});

test('a thousand services that depend on all before them are looked at once each', () => {
	const names = Array.from({length: 1000}, (_, at) => `s${at}`);
	// Twenty ways from each to the next twenty: more paths than any machine can walk.
	const services = names.map(
		(name, at) => `  ${name}: {image: x, depends_on: [${names.slice(Math.max(0, at - 20), at).join(', ')}]}\n`,
	);
	expect(alone(`services:\n${services.join('')}`)).toBe('1000 services');
});

test('of a long chain of extends each service is read once, and each file too', () => {
	const chain = Array.from(
		{length: 1000},
		(_, at) => `  s${at}: {extends: ${at === 0 ? '{file: b.yaml, service: b}' : `s${at - 1}`}}\n`,
	);
	const others = Array.from({length: 200}, (_, at) => `  t${at}: {extends: {file: b.yaml, service: b}}\n`);
	const reads: string[] = [];
	const files = {
		'compose.yaml': `services:\n${[...chain, ...others].join('')}`,
		'b.yaml': 'services: {b: {image: x}}\n',
	};
	expect(outcome(files, {}, path => void reads.push(path))).toBe('1200 services');
	expect(reads.filter(path => path.endsWith('.yaml')).toSorted()).toEqual(['/shop/b.yaml', '/shop/compose.yaml']);
});

import {parse} from 'yaml';
import {expect, test} from 'vitest';
import {isTsboxError} from '../src/errors/tsbox-error.ts';
import type {Project} from '../src/spec/model/project.ts';
import {composeRows} from '../src/spec/compose/compose-rows.ts';
import {loadProject} from '../src/spec/project/load.ts';
import {beside, otherKeys, serviceEntries, serviceKeys} from './compose/keys.ts';

/** What every other test of this file plants a key in. */
const base = `{
	name: shop,
	networks: {
		front: {enable_ipv6: true, ipam: {config: [{subnet: 10.5.0.0/24}, {subnet: "fd00:5::/64"}]}},
		back: {enable_ipv6: true},
	},
	volumes: {data: {}},
	secrets: {key: {file: ./key}, other: {file: ./key}},
	configs: {conf: {file: ./conf}, other: {file: ./key}},
	services: {
		made: {build: {context: ., secrets: [key]}},
		db: {image: "postgres:16", stop_signal: SIGQUIT},
		web: {image: "alpine:3", networks: {front: {}, back: {}, default: {}}, volumes: ["data:/d"], secrets: [key], configs: [conf, {source: other, target: /o}]},
	},
}`;

type Map = Record<string, unknown>;

/** The file, where a key has something beside it. */
function around(path: readonly string[]): Map {
	const file = parse(base) as Map & {services: Record<string, Map>};
	if (path[0] === 'services')
		file.services['web'] = {...file.services['web'], ...structuredClone(beside[path.slice(2).join('.')])};
	return file;
}

/** The file with a value at a path; maps on the way are made. */
function planted(path: readonly string[], value: unknown): Map {
	const file = around(path);
	let at = file;
	for (const key of path.slice(0, -1)) {
		const inner = at[key];
		at[key] = typeof inner === 'object' && inner !== null ? inner : {};
		at = at[key] as Map;
	}
	at[path.at(-1) ?? ''] = value;
	return file;
}

function loaded(file: Map): Project {
	return loadProject({
		file: 'compose.yaml',
		cwd: '/home/ada',
		env: {HOME: '/home/ada', OTHER: 'text'},
		readText: path =>
			path === '/home/ada/compose.yaml'
				? JSON.stringify(file)
				: path === '/home/ada/other.yaml'
					? '{"services": {"more": {"image": "alpine:3"}}}'
					: path.endsWith('.env') && !path.endsWith('/.env')
						? 'FROM_FILE=1'
						: undefined,
		kindOf: () => 'file',
	});
}

/** The project without what only says where a value stands. */
function essence(project: Project): string {
	return JSON.stringify(project, (key, value: unknown) => (key === 'origins' ? undefined : value));
}

/** What becomes of a key. */
function outcome(path: readonly string[], value: string): string {
	const written: unknown = parse(value);
	const file = planted(path, written);
	try {
		const project = loaded(file);
		const {warnings = []} = project;
		if (warnings.length > 0) {
			const row = warnings.flatMap(
				({text}) => composeRows.find(({fate, why}) => fate === 'ignored' && text.includes(why)) ?? [],
			);
			if (warnings.some(({text}) => text.includes('no service uses it'))) return 'left out';
			return row.length === 0 ? `ignored without a row: ${warnings[0]?.text ?? ''}` : 'ignored';
		}
		return essence(project) === essence(loaded(around(path))) ? 'dropped' : 'works';
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		const message = error.message.replace(/^compose.yaml:\d+:\d+: /, '');
		const row = composeRows.find(({fate, why}) => fate === 'refused' && message.includes(why));
		return `refused${row === undefined ? ' without a row' : ''}: ${message}`;
	}
}

const rows = [
	...Object.entries(serviceKeys).map(([path, value]) => [['services', 'web', ...path.split('.')], value] as const),
	...Object.entries(serviceEntries).flatMap(([key, entries]) =>
		entries.map(
			entry =>
				[['services', 'web', ...key.split('.')], `[${entry.startsWith('{') ? entry : JSON.stringify(entry)}]`] as const,
		),
	),
	...Object.entries(otherKeys).map(([path, value]) => [path.split('.'), value] as const),
];

test('no key of the Compose Specification is dropped in silence', () => {
	const outcomes = rows.map(([path, value]) => `${path.join('.')}: ${value} -> ${outcome(path, value)}`);
	// These say what is so anyway.
	expect(outcomes.filter(line => line.endsWith('dropped'))).toEqual([
		'services.web.deploy.mode: global -> dropped',
		'services.web.healthcheck.disable: true -> dropped',
		'services.web.env_file: [{path: ./none, required: false}] -> dropped',
		'networks.back.ipam.driver: default -> dropped',
	]);
	expect(outcomes.filter(line => line.includes('without a row'))).toEqual([]);
	expect(outcomes.filter(line => !line.endsWith('works'))).toMatchSnapshot();
});

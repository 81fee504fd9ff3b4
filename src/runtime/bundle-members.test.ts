import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {capabilityNames} from '../oci/capabilities.ts';
import {fromBundle} from '../oci/bundle/from-bundle.ts';
import {readBundleConfig} from '../spec/bundle/bundle-config.ts';
import {readSeccompProfile} from '../spec/security/seccomp-profile.ts';
import {checkSeccomp} from './seccomp-of.ts';

/*
 * Each member of config.json that the JSON schema of the runtime-spec 1.2 has for Linux: a value of its kind works or is refused by its name, a
 * value of another kind is refused, and a member that the schema does not have is ignored.
 */

interface Fact {
	readonly type: 'string' | 'boolean' | 'integer' | 'strings' | 'integers' | 'map';
	readonly enum?: readonly string[];
	readonly pattern?: string;
	readonly minimum?: number;
	readonly maximum?: number;
}

const file = join(import.meta.dirname, '../../fixtures/runtime-spec-members.json');
const facts = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Fact>);

/** What must stand beside some members. */
const beside: Readonly<Record<string, object>> = {
	'mounts[]': {destination: '/x', type: 'tmpfs', source: 'tmpfs'},
	'mounts[].uidMappings[]': {containerID: 0, hostID: 0, size: 1},
	'mounts[].gidMappings[]': {containerID: 0, hostID: 0, size: 1},
	'linux.uidMappings[]': {containerID: 0, hostID: 0, size: 1},
	'linux.gidMappings[]': {containerID: 0, hostID: 0, size: 1},
	'process.consoleSize': {height: 1, width: 1},
	'process.rlimits[]': {type: 'RLIMIT_CORE', soft: 0, hard: 0},
	'process.ioPriority': {class: 'IOPRIO_CLASS_BE'},
	'process.scheduler': {policy: 'SCHED_OTHER'},
	'linux.devices[]': {type: 'c', path: '/dev/x', major: 1, minor: 3},
	'linux.namespaces[]': {type: 'network'},
	'linux.personality': {domain: 'LINUX'},
	'linux.resources.devices[]': {allow: false},
	'linux.resources.blockIO.weightDevice[]': {major: 8, minor: 0},
	'linux.resources.hugepageLimits[]': {pageSize: '2MB', limit: 1},
	'linux.resources.network.priorities[]': {name: 'lo', priority: 1},
	'linux.resources.rdma.mlx5_0': {hcaHandles: 1},
	'linux.seccomp': {defaultAction: 'SCMP_ACT_ERRNO'},
	'linux.seccomp.syscalls[]': {names: ['read'], action: 'SCMP_ACT_ERRNO'},
	'linux.seccomp.syscalls[].args[]': {index: 0, value: 0, op: 'SCMP_CMP_EQ'},
	...Object.fromEntries(
		['Read', 'Write'].flatMap(way =>
			['Bps', 'IOPS'].map(unit => [
				`linux.resources.blockIO.throttle${way}${unit}Device[]`,
				{major: 8, minor: 0, rate: 1},
			]),
		),
	),
	...Object.fromEntries(
		['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'].map(kind => [
			`hooks.${kind}[]`,
			{path: '/bin/true'},
		]),
	),
};

const minimal = {
	ociVersion: '1.2.0',
	process: {args: ['true'], cwd: '/'},
	root: {path: 'rootfs'},
	linux: {namespaces: [{type: 'mount'}]},
};

/** A new user namespace, with all maps but the one that is tried. */
function mapped(path: string): object {
	const row = [{containerID: 0, hostID: 0, size: 1}];
	return {
		namespaces: [{type: 'mount'}, {type: 'user'}],
		...(path.startsWith('linux.uidMappings') ? {} : {uidMappings: row}),
		...(path.startsWith('linux.gidMappings') ? {} : {gidMappings: row}),
	};
}

/** The minimal configuration with one member more. */
function withMember(path: string, value: unknown): object {
	const config = structuredClone(minimal) as Record<string, unknown>;
	if (path.startsWith('linux.timeOffsets')) config['linux'] = {namespaces: [{type: 'mount'}, {type: 'time'}]};
	if (/^linux\.[ug]idMappings/.test(path) || value === 'user') config['linux'] = mapped(path);
	if (path.startsWith('linux.namespaces[].')) {
		const others = value === 'mount' ? [] : [{type: 'mount'}];
		config['linux'] = {...(config['linux'] as object), namespaces: others};
	}
	let at = config;
	const names = path.split('.');
	for (const [index, name] of names.slice(0, -1).entries()) {
		const whole = names.slice(0, index + 1).join('.');
		const plain = name.replace('[]', '');
		if (name.endsWith('[]')) {
			const item = {...(/^mounts\[\]\.[ug]id/.test(path) && whole === 'mounts[]' ? idmapped(path) : beside[whole])};
			at[plain] = [...((at[plain] as object[] | undefined) ?? []), item];
			at = item as Record<string, unknown>;
		} else at = at[plain] = {...beside[whole], ...(at[plain] as object | undefined)} as Record<string, unknown>;
	}
	at[names.at(-1) ?? ''] = value;
	return config;
}

function idmapped(path: string): object {
	const other = path.startsWith('mounts[].uid') ? 'gidMappings' : 'uidMappings';
	return {destination: '/x', type: 'bind', source: '/s', [other]: [{containerID: 0, hostID: 0, size: 1}]};
}

/** Reads it as `create` does. */
function read(config: object, onV2: boolean): void {
	const bundle = readBundleConfig(JSON.stringify(config), 'config.json');
	const {seccomp} = bundle.linux;
	if (seccomp !== undefined) {
		checkSeccomp(seccomp);
		readSeccompProfile(JSON.stringify(seccomp), 'linux.seccomp');
	}
	fromBundle(bundle, {root: '/r', folder: '/b', cgroup: '/c', onV2, hasSelinux: false, capabilities: capabilityNames});
}

/** The message; undefined if it is taken with one of the versions of control groups. Anything but an error for the user is a fault. */
function refusal(path: string, value: unknown): string | undefined {
	const said = [false, true].map(onV2 => {
		try {
			read(withMember(path, value), onV2);
			return undefined;
		} catch (error) {
			if (isTsboxError(error)) return `${error.message} ${error.output ?? ''} ${error.why ?? ''}`;
			throw error;
		}
	});
	return said.includes(undefined) ? undefined : said[0];
}

/** Values of the kind. */
function good({type, enum: words, minimum = 0, maximum}: Fact, path: string): readonly unknown[] {
	if (type === 'boolean') return [true, false];
	if (type === 'map') return [{}, {'net.a': '1'}];
	if (type === 'strings') return words === undefined ? [['a']] : words.map(word => [word]);
	if (type === 'integers') return [[minimum]];
	if (type === 'integer') return [minimum, Math.min(maximum ?? minimum + 1, minimum + 1)];
	if (words !== undefined) return words;
	return [texts[path] ?? '/text'];
}

/** Texts with a form of their own. */
const texts: Readonly<Record<string, string>> = {
	ociVersion: '1.2.0',
	'process.rlimits[].type': 'RLIMIT_NPROC',
	'process.execCPUAffinity.initial': '0-1',
	'process.execCPUAffinity.final': '0',
	'linux.resources.devices[].type': 'c',
	'linux.resources.devices[].access': 'rw',
	'linux.resources.cpu.cpus': '0',
	'linux.resources.cpu.mems': '0',
	'linux.resources.hugepageLimits[].pageSize': '2MB',
	'linux.resources.network.priorities[].name': 'lo',
	'linux.intelRdt.memBwSchema': 'MB:0=10',
};

/** Values of other kinds, beyond the limits, and of no enumeration. */
function bad({type, enum: words, pattern, minimum, maximum}: Fact): readonly unknown[] {
	const others: Readonly<Record<Fact['type'], readonly unknown[]>> = {
		string: [7, ['a'], {}],
		boolean: ['yes', 1],
		integer: ['1', 1.5, [1]],
		strings: ['a', [1], {}],
		integers: [1, ['1']],
		map: ['a', {a: 1}, ['a']],
	};
	return [
		...others[type],
		...(words === undefined ? [] : [type === 'strings' ? ['BOGUS'] : 'BOGUS']),
		...(pattern === undefined ? [] : ['b@gus']),
		...(minimum === undefined ? [] : type === 'integers' ? [[minimum - 1]] : [minimum - 1]),
		...(maximum === undefined ? [] : type === 'integers' ? [[maximum + 1]] : [maximum + 1]),
	];
}

/** Members of which each value is refused: no step of a plan does what they ask for. */
const never = /^linux\.(intelRdt)|^linux\.seccomp\.listener|leafWeight$/;
/** The last name of a path, as an error has it. */
const nameOf = (path: string): string => path.split('.').at(-1)?.replace('[]', '') ?? '';

test.each(facts)('%s takes values of its kind, or says by its name why not', (path, fact) => {
	const refusals = good(fact, path)
		.map(value => refusal(path, value))
		.filter(said => said !== undefined);
	const named = new RegExp(`${nameOf(path)}|${path.split('.').slice(0, 2).join('.').replace('[]', '')}`);
	expect(refusals.filter(said => !named.test(said))).toEqual([]);
	const most = never.test(path) ? Number.POSITIVE_INFINITY : Math.max(2, good(fact, path).length);
	expect(refusals.length).toBeLessThan(most);
});

test.each(facts.filter(([path]) => !path.startsWith('linux.intelRdt')))(
	'%s refuses values of another kind',
	(path, fact) => {
		const taken = bad(fact).filter(value => refusal(path, value) === undefined);
		expect(taken).toEqual([]);
	},
);

test.each(
	[...new Set(facts.map(([path]) => path.split('.').slice(0, -1).join('.')))].filter(
		path => path !== '' && !path.startsWith('linux.intelRdt'),
	),
)('what is unknown in %s is ignored', path => {
	const [member, said] = [`${path}.unheardOf`, refusal(`${path}.unheardOf`, {of: 1})];
	expect([member, said]).toEqual([member, undefined]);
});

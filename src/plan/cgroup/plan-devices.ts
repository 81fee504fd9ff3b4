import profile from '../../../config/default-profile.json' with {type: 'json'};
import {orderedAccess} from '../../spec/values/device-rule.ts';
import {hostTrouble} from '../../step/calls/call-trouble.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';

/** The devices that open in a container, in the words of `devices.allow` of cgroup v1, and what holds the container to them. */
export interface DeviceRules {
	/** `list`: the device controller of cgroup v1. `program`: a program for its cgroup of version 2. */
	readonly by: 'list' | 'program';
	readonly rules: readonly string[];
}

/**
 * The devices that open in a container; undefined where nothing holds it to them. v2 of control groups controls devices with a BPF program, which
 * no stock tool can load: a container has one only for `device_cgroup_rules`. Without one every mount except the device nodes themselves is
 * `nodev`, so that a node made by the container does not open.
 * Source: kernel cgroup-v1/devices.rst, cgroup-v2.rst "Device controller".
 */
export function deviceRules(input: PlanInput, missing: Shortfalls): DeviceRules | undefined {
	const {extras, devices} = input;
	if (extras.privileged) return undefined;
	const asked = rulesOf(input);
	const by = devicesBy(input);
	if (by === undefined) {
		if (asked.length > 0)
			missing.add(
				'no more devices can be let in by their numbers',
				'there is no device controller of cgroup v1, and a program for cgroup v2 needs root, no user namespace, perl, and system calls as executor',
				'name the devices with `devices`, in place of `device_cgroup_rules`',
			);
		for (const {source, permissions} of extras.devices) {
			if (permissions.includes('r') && permissions.includes('w')) continue;
			missing.add(
				`the permissions ${permissions} of ${source} cannot be enforced`,
				'only the device controller of cgroup v1 does that without a program of its own',
				'write `rw`',
			);
		}
		return undefined;
	}
	const rules = merged([
		...profile.devices,
		...extras.devices.flatMap(({source, permissions}) => {
			const device = devices[source];
			return device === undefined ? [] : [`${device.type} ${device.major}:${device.minor} ${permissions}`];
		}),
		...asked,
	]);
	return {by, rules};
}

/** What holds a container to its devices. */
function devicesBy({
	facts,
	map,
	executor,
	config,
	extras,
}: Pick<PlanInput, 'facts' | 'map' | 'executor' | 'config' | 'extras'>): DeviceRules['by'] | undefined {
	const {cgroup} = facts;
	if (extras.privileged || !cgroup.writable) return undefined;
	if (cgroup.v1['devices'] !== undefined) return 'list';
	const isAsked = (config.linux.resources.devices ?? []).length > 0;
	const canAttach = map === null && executor !== 'commands' && hostTrouble(facts) === undefined;
	return isAsked && canAttach && cgroup.unified !== null ? 'program' : undefined;
}

/** What `device_cgroup_rules` let in; `a` is both types, because the kernel takes it for all devices. */
function rulesOf({config}: PlanInput): readonly string[] {
	return (config.linux.resources.devices ?? []).flatMap(({type, major = '*', minor = '*', access}) =>
		(type === 'a' ? ['c', 'b'] : [type]).map(each => `${each} ${major}:${minor} ${access}`),
	);
}

/** The kernel keeps one rule for a number, with the permissions of all that name it: dev_exception_add of device_cgroup.c. */
function merged(rules: readonly string[]): readonly string[] {
	const found = new Map<string, string>();
	for (const rule of rules) {
		const [type = '', number = '', access = ''] = rule.split(' ');
		const key = `${type} ${number}`;
		found.set(key, orderedAccess(`${found.get(key) ?? ''}${access}`));
	}
	return [...found].map(([key, access]) => `${key} ${access}`);
}

/**
 * Whether nodes in /dev open that no step bound there: where list or program decides, only what the spec asks for is let in. Without such rules
 * all mounts are `nodev`.
 */
export function opensNodes(input: Parameters<typeof devicesBy>[0]): boolean {
	return (input.config.linux.resources.devices ?? []).length > 0 && devicesBy(input) !== undefined;
}

/** The two steps that deny all devices and then allow those in the rules. */
export function deviceSteps(folder: string, rules: readonly string[]): readonly Step[] {
	const undo = {kind: 'none', reason: 'it goes with the cgroup'} as const;
	const shared = {phase: 'cgroup', side: 'before', man: 'cgroups(7)', undo} as const;
	const deny = `${folder}/devices.deny`;
	return [
		{
			...shared,
			id: 'cgroup.devices.deny',
			title: 'forbid all devices',
			why: "A device node opens the host's hardware, no matter who made it; the list begins empty.",
			object: `${folder}/devices.list`,
			action: {kind: 'write', path: deny, value: 'a'},
			checks: [],
		},
		{
			...shared,
			id: 'cgroup.devices.allow',
			title: `allow ${rules.length} kinds of devices`,
			why: 'They are null, zero, full, random, urandom, tty and terminals, and those of the spec; `m` lets any node be made, which then does not open.',
			object: `${folder}/devices.list`,
			action: {kind: 'writeEach', path: `${folder}/devices.allow`, values: rules},
			checks: [{kind: 'value', path: `${folder}/devices.list`, equals: rules.join(' ')}],
		},
	];
}

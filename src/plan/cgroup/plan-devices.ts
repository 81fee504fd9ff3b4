import profile from '../../../config/default-profile.json' with {type: 'json'};
import {orderedAccess} from '../../spec/values/device-rule.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';

/**
 * The rules of the v1 device controller, as `devices.allow` accepts them; empty where they cannot be enforced. v2 controls
 * devices with a BPF program that no stock tool can load. There every mount except the device nodes themselves is
 * `nodev`, so that a node made by the container does not open.
 * Source: kernel cgroup-v1/devices.rst, cgroup-v2.rst "Device controller".
 */
export function deviceRules(input: PlanInput, missing: Shortfalls): readonly string[] {
	const {facts, extras, devices} = input;
	const enforced = facts.cgroup.v1['devices'] !== undefined && facts.cgroup.writable;
	if (extras.privileged) return [];
	const asked = rulesOf(input);
	if (!enforced) {
		if (asked.length > 0)
			missing.add(
				'no more devices can be let in by their numbers',
				'only the device controller of cgroup v1 does that without a program of its own, and it is not there',
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
		return [];
	}
	return merged([
		...profile.devices,
		...extras.devices.flatMap(({source, permissions}) => {
			const device = devices[source];
			return device === undefined ? [] : [`${device.type} ${device.major}:${device.minor} ${permissions}`];
		}),
		...asked,
	]);
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
 * Whether nodes in /dev open that no step bound there: where the device controller decides, it lets in only what the spec asks for. Without
 * such rules all mounts are `nodev`.
 */
export function opensNodes({config, facts, extras}: Pick<PlanInput, 'config' | 'facts' | 'extras'>): boolean {
	const rules = config.linux.resources.devices ?? [];
	return rules.length > 0 && facts.cgroup.v1['devices'] !== undefined && facts.cgroup.writable && !extras.privileged;
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

import profile from '../../../config/default-profile.json' with {type: 'json'};
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
	if (!enforced) {
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
	return [
		...profile.devices,
		...extras.devices.flatMap(({source, permissions}) => {
			const device = devices[source];
			return device === undefined ? [] : [`${device.type} ${device.major}:${device.minor} ${ordered(permissions)}`];
		}),
	];
}

/** Sorts permissions as the kernel lists them. */
function ordered(permissions: string): string {
	return ['r', 'w', 'm'].filter(letter => permissions.includes(letter)).join('');
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

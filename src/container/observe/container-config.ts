import type {Machine} from '../machine/machine.ts';
import {dirname} from 'node:path';
import {explainOrigin} from '../../spec/project/explain-origin.ts';
import type {Origin} from '../../spec/model/project.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {ConfigValue} from './config-words.ts';
import {findContainer} from '../machine/find-container.ts';
import type {ConfigEntry} from '../machine/observed.ts';
import {recordConfig} from './record-config.ts';
import {runningContainer} from '../machine/running-container.ts';
import {listOf, named, one, serviceConfig} from './service-config.ts';

/** In which order the keys are told: what runs, as whom, what it sees, what it may use, what it may do, how it ends. */
const order = [
	'rootfs',
	'entrypoint',
	'command',
	'working_dir',
	'user',
	'group_add',
	'environment',
	'hostname',
	'domainname',
	'volumes',
	'mounts',
];

/**
 * What a container is configured to, with where each value came from. Of one of a detached project all that its spec says,
 * also when it has ended; of any other, which must run, what its record has. The environment is what the command was given,
 * with the defaults; `capabilities` are those that came out of `cap_add`, `cap_drop` and the default ones.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export function containerConfig(machine: Machine, name: string): readonly ConfigEntry[] {
	const record = findContainer(machine, name);
	const made = record.detached?.made;
	if (made === undefined) runningContainer(machine, name);
	const values = [
		...(made === undefined ? recordConfig(record) : serviceConfig(made)).filter(
			({key}) => !key.startsWith('environment.'),
		),
		...named('environment', environmentOf(record)),
		...one('capabilities', listOf(record.config.process.capabilities.bounding)),
	];
	const origins = made?.origins ?? record.origins;
	const folder = dirname(record.spec);
	return values
		.toSorted((before, after) => placeOf(before) - placeOf(after))
		.map(({key, value, from}) => ({key, value, origin: originOf(origins, from ?? key, folder)}));
}

function placeOf({key}: ConfigValue): number {
	const place = order.indexOf(key.split('.')[0] ?? '');
	return place === -1 ? order.length : place;
}

function environmentOf({config}: ContainerRecord): Readonly<Record<string, string>> {
	const pairs = config.process.env.map(entry => [entry.split('=')[0] ?? '', entry.slice(entry.indexOf('=') + 1)]);
	return Object.fromEntries(pairs) as Readonly<Record<string, string>>;
}

function originOf(origins: Readonly<Record<string, Origin>>, key: string, folder: string): string {
	const origin = origins[key] ?? (isDefault(origins, key) ? ({kind: 'default'} as const) : undefined);
	return origin === undefined ? '' : explainOrigin(origin, folder);
}

/** Keys of a spec that decide a value which has no key of its own; where none of them was written, it is the default. */
const deciding: Readonly<Record<string, RegExp>> = {
	security_opt: /^(security_opt\.|privileged$)/,
	capabilities: /^(cap_add|cap_drop|privileged)$/,
};

/** A variable that the spec does not name is one that every container gets. */
function isDefault(origins: Readonly<Record<string, Origin>>, key: string): boolean {
	if (key.startsWith('environment.')) return true;
	const keys = deciding[key.split('.')[0] ?? ''];
	return keys !== undefined && !Object.entries(origins).some(([name, {kind}]) => keys.test(name) && kind !== 'default');
}

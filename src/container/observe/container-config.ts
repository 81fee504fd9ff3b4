import {dirname} from 'node:path';
import {type ConfigValue, configOf, serviceKeys} from '../../spec/keys/service-keys.ts';
import type {Origin} from '../../spec/model/project.ts';
import {explainOrigin} from '../../spec/project/explain-origin.ts';
import type {ContainerRecord} from '../../state/record.ts';
import {findContainer} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';
import type {ConfigEntry} from '../machine/observed.ts';
import {runningContainer} from '../machine/running-container.ts';
import {recordConfig} from './record-config.ts';

/** Where a key is not told in the order of the schema: the key that it comes before. */
const before: Readonly<Record<string, string>> = {
	environment: 'hostname',
	mounts: 'ports',
	devices: 'ports',
	sysctls: 'namespaces',
	tty: 'stop_signal',
	stdin_open: 'stop_signal',
	logging: 'depends_on',
	profiles: 'scale',
};

/** In which order the keys are told: what runs, as whom, what it sees, what it may use, what it may do, how it ends. */
const order = Object.entries(before).reduce<readonly string[]>((keys, [key, next]) => {
	const others = keys.filter(each => each !== key);
	return others.toSpliced(others.indexOf(next), 0, key);
}, Object.keys(serviceKeys));

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
	const capabilities = record.config.process.capabilities.bounding.join(', ');
	const values: readonly ConfigValue[] = [
		...(made === undefined ? recordConfig(record) : configOf(made)).filter(({key}) => !key.startsWith('environment.')),
		...configOf({environment: environmentOf(record)}),
		...(capabilities === '' ? [] : [{key: 'capabilities', value: capabilities}]),
	];
	const origins = made?.origins ?? withCommand(record.origins);
	const folder = dirname(record.spec);
	return values
		.toSorted((one, other) => placeOf(one) - placeOf(other))
		.map(({key, value}) => ({key, value, origin: originOf(origins, key, folder)}));
}

function placeOf({key}: ConfigValue): number {
	const place = order.indexOf(topOf(key));
	return place === -1 ? order.length : place;
}

/** The key of a container that a value belongs to: `volumes` of `volumes.0`. */
function topOf(key: string): string {
	return key.split('.')[0] ?? '';
}

function environmentOf({config}: ContainerRecord): Readonly<Record<string, string>> {
	const pairs = config.process.env.map(entry => [entry.split('=')[0] ?? '', entry.slice(entry.indexOf('=') + 1)]);
	return Object.fromEntries(pairs) as Readonly<Record<string, string>>;
}

function originOf(origins: Readonly<Record<string, Origin>>, key: string, folder: string): string {
	const origin =
		origins[key] ?? origins[topOf(key)] ?? (isDefault(origins, key) ? ({kind: 'default'} as const) : undefined);
	return origin === undefined ? '' : explainOrigin(origin, folder);
}

/** The record has one command line: where only the entrypoint was written, all of it came from there. */
function withCommand({command, ...origins}: Readonly<Record<string, Origin>>): Readonly<Record<string, Origin>> {
	const decided = command === undefined || command.kind === 'default' ? origins['entrypoint'] : command;
	return decided === undefined ? origins : {...origins, command: decided};
}

/** Keys of a spec that decide a value which has no key of its own; where none of them was written, it is the default. */
const deciding: Readonly<Record<string, RegExp>> = {
	security_opt: /^(security_opt\.|privileged$)/,
	capabilities: /^(cap_add|cap_drop|privileged)$/,
};

/** A variable that the spec does not name is one that every container gets. */
function isDefault(origins: Readonly<Record<string, Origin>>, key: string): boolean {
	if (key.startsWith('environment.')) return true;
	const keys = deciding[topOf(key)];
	return keys !== undefined && !Object.entries(origins).some(([name, {kind}]) => keys.test(name) && kind !== 'default');
}

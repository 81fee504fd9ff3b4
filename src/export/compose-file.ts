import {dirname, resolve} from 'node:path';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Project, RootfsSource} from '../spec/model/project.ts';
import {canonicalService} from '../spec/resolved/canonical-service.ts';
import {entriesOf, map, mapScalars, type Resolved, scalar, textOf} from '../spec/resolved/resolved.ts';

/** A project as a file of Docker Compose. */
export interface ComposeFile {
	readonly model: Resolved;
	/** What the file leaves out, each with the service that it is about. */
	readonly notes: readonly string[];
}

/** What a container cannot be without: it would be another one under Compose. */
const refused: Readonly<Record<string, string>> = {
	namespaces: 'write `network_mode: host`, `pid: host` and so on for the ones that are shared',
	profile: 'write a container without `profile: bare`',
};

/** The keys of tsbox that a file of Compose leaves out, and what there is instead. */
const leftOut: Readonly<Record<string, string>> = {
	egress: 'a network with `internal: true` reaches nothing',
	keep: 'use a volume',
	landlock: 'there is nothing in its place',
	record: 'there is nothing in its place',
	reproducible: 'its variables stay, but clock, addresses and host are those of the engine',
	root: 'the engine changes the root',
};

/**
 * The resolved model of a project as Docker Compose reads it, also the old docker-compose 1.29 but for `name`: without the keys that are
 * tsbox's own, and without the words that only newer ones of Compose have for what is so anyway.
 *
 * @throws TsboxError E_SPEC_INVALID for a service without an image of a registry, or with what another engine would make otherwise.
 */
export function composeFile(model: Resolved, project: Project): ComposeFile {
	const notes: string[] = [];
	const services = [...servicesOf(model, project)].map(([name, service]): readonly [string, Resolved] => {
		const read = project.services.find(each => each.service === name);
		if (read !== undefined) refuseFiles(name, read.rootfs);
		const own = withoutOwnKeys(name, service);
		notes.push(...own.notes.map(note => `${name}: ${note}`));
		return [name, own.service];
	});
	const entries = new Map(project.hasServices === true ? entriesOf(model) : []);
	entries.set('name', scalar(project.name));
	entries.set('services', map(Object.fromEntries(services)));
	return {model: {kind: 'map', entries, origin: model.origin}, notes};
}

/** The services of a model; the only one of a file with one container, whose model is the file as it is written. */
function servicesOf(model: Resolved, {file, services, hasServices}: Project): ReadonlyMap<string, Resolved> {
	if (hasServices === true) return entriesOf(entriesOf(model).get('services'));
	const [read] = services;
	if (read === undefined) return new Map();
	const {name = scalar(read.name), version: _, ...written} = Object.fromEntries(entriesOf(model));
	const isAlone = read.networks === undefined && read.networkMode === undefined;
	const whole = map({
		container_name: name,
		...(isAlone ? {network_mode: scalar('none')} : {}),
		...written,
	});
	const path = (text: string): string => (/^[/~$]/.test(text) ? text : resolve(dirname(file), text));
	// A dollar sign would begin a variable when the file is read.
	const long = mapScalars(canonicalService(whole, {path, read}), text => text.replaceAll('$', '$$$$'));
	return new Map([[read.service, long]]);
}

function refuseFiles(service: string, rootfs: RootfsSource): void {
	// Images of files and folders have a transport before their path: `oci:/srv/image`.
	if (rootfs.kind === 'image' && !/^[a-z-]+:\//.test(rootfs.reference)) return;
	throw new TsboxError('E_SPEC_INVALID', `${service} has no image of a registry`, {
		why: 'Compose knows no other root filesystem',
		hint: 'push it with `tsbox images import FILE NAME` and `tsbox images push NAME`, and write `image: NAME`',
	});
}

function withoutOwnKeys(
	name: string,
	service: Resolved,
): {readonly service: Resolved; readonly notes: readonly string[]} {
	const notes: string[] = [];
	const entries = [...entriesOf(service)].flatMap(([key, value]): readonly (readonly [string, Resolved])[] => {
		const hint = refused[key];
		if (hint !== undefined)
			throw new TsboxError('E_SPEC_INVALID', `${name} has \`${key}\`, and Compose has no word for it`, {hint});
		const instead = leftOut[key];
		if (instead !== undefined) {
			if (!isOff(value)) notes.push(`\`${key}\` is left out: ${instead}`);
			return [];
		}
		if (key === 'userns_mode' && textOf(value) === 'auto') {
			notes.push('`userns_mode: auto` is left out: Docker has `userns-remap` for all its containers');
			return [];
		}
		const shorter = shorten[key]?.(value) ?? value;
		return shorter.kind === 'scalar' && shorter.value === null ? [] : [[key, shorter]];
	});
	return {service: {kind: 'map', entries: new Map(entries), origin: service.origin}, notes};
}

function isOff(value: Resolved): boolean {
	return value.kind === 'scalar' && (value.value === false || value.value === null);
}

/** What older versions of Compose read, in place of the longest form. */
const shorten: Readonly<Record<string, (value: Resolved) => Resolved>> = {
	depends_on: value =>
		map(
			Object.fromEntries(
				[...entriesOf(value)].map(([name, each]) => {
					const entries = new Map(entriesOf(each));
					const required = entries.get('required');
					if (required?.kind === 'scalar' && required.value === true) entries.delete('required');
					return [name, {...each, kind: 'map', entries} satisfies Resolved];
				}),
			),
			value.origin,
		),
	ports: value => (value.kind === 'list' ? {...value, items: value.items.map(shortPort)} : value),
	volumes: value => (value.kind === 'list' ? {...value, items: value.items.map(shortVolume)} : value),
};

/** A bind mount whose folder is made when it is not there has a short form, which all versions know. */
function shortVolume(volume: Resolved): Resolved {
	const entries = new Map(entriesOf(volume));
	if (entriesOf(entries.get('volume')).size === 0) entries.delete('volume');
	const [source, target] = [textOf(entries.get('source')), textOf(entries.get('target'))];
	const bind = entriesOf(entries.get('bind'));
	const made = bind.get('create_host_path');
	const rest = [...entries.keys()].filter(key => !['type', 'source', 'target', 'read_only', 'bind'].includes(key));
	const words = ['propagation', 'selinux'].flatMap(key => textOf(bind.get(key)) ?? []);
	const isShort =
		made?.kind === 'scalar' &&
		made.value === true &&
		bind.size === 1 + words.length &&
		rest.length === 0 &&
		source !== undefined &&
		target !== undefined &&
		!/:/.test(source + target);
	if (!isShort) return {...volume, kind: 'map', entries};
	const readOnly = entries.get('read_only');
	const options = [...(readOnly?.kind === 'scalar' && readOnly.value === true ? ['ro'] : []), ...words];
	return scalar([source, target, ...(options.length > 0 ? [options.join(',')] : [])].join(':'), volume.origin);
}

/** A port without a name has a short form: `[[ADDRESS:]PUBLISHED:]TARGET[/PROTOCOL]`. */
function shortPort(port: Resolved): Resolved {
	const {mode, host_ip, target, published, protocol, ...rest} = Object.fromEntries(
		[...entriesOf(port)].map(([key, value]) => [key, textOf(value)] as const),
	);
	if (target === undefined || mode !== 'ingress' || Object.keys(rest).length > 0) return port;
	const address = host_ip === undefined ? '' : `${host_ip.includes(':') ? `[${host_ip}]` : host_ip}:`;
	const outside = address === '' && published === undefined ? '' : `${address}${published ?? ''}:`;
	return scalar(`${outside}${target}${protocol === 'tcp' ? '' : `/${protocol}`}`, port.origin);
}

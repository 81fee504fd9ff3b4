import {parsePort} from '../values/port.ts';
import {entriesOf, map, type Resolved, scalar, textOf} from './resolved.ts';

/** The long form of a port, one for each of a range. */
export function canonicalPorts(item: Resolved): readonly Resolved[] {
	const {origin} = item;
	const text = textOf(item);
	if (text === undefined) {
		const published = entriesOf(item).get('published');
		if (item.kind !== 'map') return [item];
		const rest = {mode: scalar('ingress'), protocol: scalar('tcp')};
		const entries = new Map([...Object.entries(rest), ...item.entries]);
		// Compose writes it as text, as it may be a range.
		if (published !== undefined) entries.set('published', scalar(textOf(published) ?? null, published.origin));
		return [{...item, entries: ordered(entries, ['name', 'mode', 'host_ip', 'target', 'published', 'protocol'])}];
	}
	const ports = parsePort(text);
	if (!ports.ok) return [item];
	return ports.value.map(({hostIp, target, published: written, among, protocol}) => {
		const published = written ?? among?.join('-');
		return map(
			{
				mode: scalar('ingress'),
				host_ip: hostIp === undefined ? undefined : scalar(hostIp, origin),
				target: scalar(target, origin),
				published: published === undefined ? undefined : scalar(String(published), origin),
				protocol: scalar(protocol, text.includes('/') ? origin : undefined),
			},
			origin,
		);
	});
}

/** The long form of an entry of `volumes`. */
export function canonicalVolume(item: Resolved, path: (text: string) => string): Resolved {
	const {origin} = item;
	const text = textOf(item);
	if (text === undefined) {
		const source = entriesOf(item).get('source');
		const isBind = textOf(entriesOf(item).get('type')) === 'bind';
		if (item.kind !== 'map') return item;
		const entries = new Map(item.entries);
		if (source !== undefined && isBind) entries.set('source', scalar(path(textOf(source) ?? ''), source.origin));
		return {...item, entries: ordered(entries, ['type', 'source', 'target', 'read_only'])};
	}
	const [first = '', second, options = ''] = text.split(':');
	const [source, target] = second === undefined ? [undefined, first] : [first, second];
	const words = options.split(',');
	const isBind = source !== undefined && /^[./~]/.test(source);
	const propagation = words.find(word => /^r?(?:private|slave|shared)$/.test(word));
	const selinux = words.find(word => word === 'z' || word === 'Z');
	const extra = isBind
		? {
				create_host_path: scalar(true),
				propagation: propagation === undefined ? undefined : scalar(propagation, origin),
				selinux: selinux === undefined ? undefined : scalar(selinux, origin),
			}
		: {nocopy: words.includes('nocopy') ? scalar(true, origin) : undefined};
	return map(
		{
			type: scalar(isBind ? 'bind' : 'volume', origin),
			source: source === undefined ? undefined : scalar(isBind ? path(source) : source, origin),
			target: scalar(target, origin),
			read_only: words.includes('ro') ? scalar(true, origin) : undefined,
			[isBind ? 'bind' : 'volume']: map(extra),
		},
		origin,
	);
}

/** The long form of an entry of `devices`. */
export function canonicalDevice(item: Resolved): Resolved {
	const {origin} = item;
	const text = textOf(item);
	// A CDI name stays as it is.
	if (text === undefined || !text.startsWith('/')) return item;
	const [source = '', target = source, permissions = 'rwm'] = text.split(':');
	return map(
		{source: scalar(source, origin), target: scalar(target, origin), permissions: scalar(permissions, origin)},
		origin,
	);
}

/** The entries with these first. */
function ordered(entries: ReadonlyMap<string, Resolved>, first: readonly string[]): ReadonlyMap<string, Resolved> {
	const keys = [...first.filter(key => entries.has(key)), ...[...entries.keys()].filter(key => !first.includes(key))];
	return new Map(
		keys.flatMap(key => {
			const value = entries.get(key);
			return value === undefined ? [] : [[key, value] as const];
		}),
	);
}

import {namespaceKinds} from '../spec/model/project.ts';
import {capabilitySets, type MountShown, type Snapshot} from './snapshot.ts';
import {usageFiles} from './snapshot-cgroups.ts';

/** The part of a snapshot that a change belongs to. */
export type ChangeArea =
	| 'root'
	| 'namespaces'
	| 'mounts'
	| 'cgroups'
	| 'capabilities'
	| 'ids'
	| 'seccomp'
	| 'network'
	| 'hostname';

/** One difference between two snapshots. */
export interface Change {
	readonly area: ChangeArea;
	/** It came, it went, or it has another value. */
	readonly sign: '+' | '-' | '~';
	/** `/proc: proc (ro,nosuid)`; from the kernel, not escaped. */
	readonly text: string;
}

/**
 * What differs between two snapshots, by area. Numbers of use, as bytes of memory and counts of processes, are left out. The
 * snapshots may be of two processes.
 */
export function changes(before: Snapshot, after: Snapshot): readonly Change[] {
	return [
		...rootChanges(before, after),
		...namespaceChanges(before, after),
		...mountChanges(before, after),
		...cgroupChanges(before, after),
		...capabilityChanges(before, after),
		...idChanges(before, after),
		...seccompChanges(before, after),
		...interfaceChanges(before, after),
		// An unknown name is no lost name.
		...(after.hostname === undefined ? [] : valueChange('hostname', '', before.hostname, after.hostname)),
	];
}

/** A mount in words: `/data: ext4 /dev/vda[/srv/data] (ro,nosuid)`. */
export function mountText(mount: MountShown): string {
	return `${mount.target}: ${mountedText(mount)}`;
}

function mountedText({type, source, folder, options, propagation}: MountShown): string {
	const from = folder === '/' ? source : `${source}[${folder}]`;
	const words = propagation.map(word => word.replace(/:\d+$/, ''));
	return `${type}${from === type ? '' : ` ${from}`} (${[...options, ...words].join(',')})`;
}

function rootChanges({root: before}: Snapshot, {root: after}: Snapshot): readonly Change[] {
	const isSame = before.path === after.path && before.inode === after.inode && before.device === after.device;
	// Since pivot_root(2), the path is `/` in a mount namespace that is not the reader's. Device and inode tell the folders apart.
	const words = ({path, device, inode}: Snapshot['root']): string => `${path} (inode ${inode} of device ${device})`;
	return isSame ? [] : [{area: 'root', sign: '~', text: `${words(before)} -> ${words(after)}`}];
}

function namespaceChanges({namespaces: before}: Snapshot, {namespaces: after}: Snapshot): readonly Change[] {
	return namespaceKinds.flatMap(kind => valueChange('namespaces', kind, before[kind], after[kind]));
}

function mountChanges(before: Snapshot, after: Snapshot): readonly Change[] {
	// A new mount namespace has copies of all mounts, with new ids.
	const isSameNamespace = before.namespaces.mount === after.namespaces.mount;
	const left = [...before.mounts];
	const took = (fits: (mount: MountShown) => boolean): MountShown | undefined => {
		const at = left.findIndex(fits);
		return at < 0 ? undefined : left.splice(at, 1)[0];
	};
	const pairs = after.mounts.map(mount => {
		const was = took(other => (isSameNamespace ? other.id === mount.id : isCopy(other, mount)));
		return {mount, was};
	});
	const moved = pairs.flatMap(({mount, was}) =>
		was === undefined || was.target === mount.target ? [] : [{from: was.target, to: mount.target}],
	);
	// Mounts that go or move with the one above them are only counted: pivot_root(2) and umount -l take whole trees along.
	const gone = left.filter(mount => !left.some(above => isUnder(mount.target, above.target)));
	return [
		...gone.map(
			(mount): Change => ({
				area: 'mounts',
				sign: '-',
				text: `${mountText(mount)}${andBelow(left.filter(({target}) => isUnder(target, mount.target)).length)}`,
			}),
		),
		...pairs.flatMap(({mount, was}): readonly Change[] => {
			if (was === undefined) return [{area: 'mounts', sign: '+', text: mountText(mount)}];
			const [old, now] = [mountedText(was), mountedText(mount)];
			const own = {from: was.target, to: mount.target};
			const isMoved = was.target !== mount.target && !moved.some(above => isMovedWith(own, above));
			if (!isMoved && old === now) return [];
			const below = moved.filter(each => isMovedWith(each, own)).length;
			const move = isMoved ? `${was.target} -> ${mount.target}${andBelow(below)}` : mount.target;
			return [{area: 'mounts', sign: '~', text: old === now ? move : `${move}: ${old} -> ${now}`}];
		}),
	];
}

/** Where a mount was and where it is. */
interface Move {
	readonly from: string;
	readonly to: string;
}

function isMovedWith({from, to}: Move, above: Move): boolean {
	if (!isUnder(from, above.from) || !isUnder(to, above.to)) return false;
	const rest = (path: string, folder: string): string => path.slice(folder === '/' ? 0 : folder.length);
	return rest(from, above.from) === rest(to, above.to);
}

function isUnder(path: string, folder: string): boolean {
	return path !== folder && path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function andBelow(count: number): string {
	return count === 0 ? '' : `, and ${count} below it`;
}

function isCopy(one: MountShown, other: MountShown): boolean {
	return (
		one.target === other.target && one.source === other.source && one.folder === other.folder && one.type === other.type
	);
}

function cgroupChanges({cgroups: before}: Snapshot, {cgroups: after}: Snapshot): readonly Change[] {
	const controllers = [...new Set([...before, ...after].map(({controller}) => controller))];
	return controllers.flatMap(controller => {
		const was = before.find(each => each.controller === controller);
		const is = after.find(each => each.controller === controller);
		const name = controller === '' ? 'unified' : controller;
		const files = [...new Set([...Object.keys(was?.files ?? {}), ...Object.keys(is?.files ?? {})])];
		return [
			...valueChange('cgroups', name, was?.path, is?.path),
			...files
				.filter(file => !usageFiles.includes(file))
				.flatMap(file => valueChange('cgroups', file, was?.files[file], is?.files[file])),
		];
	});
}

function capabilityChanges({capabilities: before}: Snapshot, {capabilities: after}: Snapshot): readonly Change[] {
	const rows = (['-', '+'] as const).flatMap(sign =>
		capabilitySets.flatMap(set => {
			const [all, others] = sign === '-' ? [before[set], after[set]] : [after[set], before[set]];
			const names = all.filter(name => !others.includes(name));
			return names.length === 0 ? [] : [{sign, set, names: names.join(' ')}];
		}),
	);
	// Sets often lose the same capabilities together.
	const distinct = [...new Set(rows.map(({sign, names}) => `${sign}${names}`))];
	return distinct.map((key): Change => {
		const same = rows.filter(({sign, names}) => `${sign}${names}` === key);
		const sets = same.map(({set}) => set).join(', ');
		return {area: 'capabilities', sign: same[0]?.sign ?? '~', text: `${sets}: ${same[0]?.names}`};
	});
}

function idChanges({ids: before}: Snapshot, {ids: after}: Snapshot): readonly Change[] {
	const groups = (ids: Snapshot['ids']): string | undefined =>
		ids.groups.length === 0 ? undefined : ids.groups.join(' ');
	return [
		...valueChange('ids', 'uid', String(before.uid), String(after.uid)),
		...valueChange('ids', 'gid', String(before.gid), String(after.gid)),
		...valueChange('ids', 'groups', groups(before), groups(after)),
		...valueChange('ids', 'uid_map', before.uidMap, after.uidMap),
		...valueChange('ids', 'gid_map', before.gidMap, after.gidMap),
	];
}

function seccompChanges(before: Snapshot, after: Snapshot): readonly Change[] {
	const words = ({seccomp: {mode, filters}}: Snapshot): string =>
		filters > 0 ? `${mode}, ${filters} installed` : mode;
	return [
		...valueChange('seccomp', 'mode', words(before), words(after)),
		...valueChange('seccomp', 'no_new_privs', before.noNewPrivileges ? '1' : '0', after.noNewPrivileges ? '1' : '0'),
	];
}

function interfaceChanges({interfaces: before}: Snapshot, {interfaces: after}: Snapshot): readonly Change[] {
	const names = [...new Set([...before, ...after].map(({name}) => name))];
	const words = (all: Snapshot['interfaces'], name: string): string | undefined => {
		const found = all.find(each => each.name === name);
		return found && (found.addresses.length === 0 ? 'no address' : found.addresses.join(' '));
	};
	return names.flatMap(name => valueChange('network', name, words(before, name), words(after, name)));
}

/** Nothing when both are the same. */
function valueChange(
	area: ChangeArea,
	name: string,
	before: string | undefined,
	after: string | undefined,
): readonly Change[] {
	if (before === after) return [];
	const lead = name === '' ? '' : `${name}: `;
	// Some files of cgroupfs have several lines.
	const words = (text: string): string => (text === '' ? 'empty' : text.replaceAll('\n', ', '));
	if (before === undefined) return [{area, sign: '+', text: `${lead}${words(after ?? '')}`}];
	if (after === undefined) return [{area, sign: '-', text: `${lead}${words(before)}`}];
	return [{area, sign: '~', text: `${lead}${words(before)} -> ${words(after)}`}];
}

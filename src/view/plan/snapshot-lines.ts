import type {Change} from '../../kernel/snapshot-changes.ts';
import {mountText} from '../../kernel/snapshot-changes.ts';
import {capabilitySets, type Snapshot} from '../../kernel/snapshot.ts';
import type {CgroupShown} from '../../kernel/snapshot-cgroups.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {capabilityNames} from '../../spec/values/capability.ts';
import {namespaceKinds} from '../../spec/model/project.ts';
import {escapeText} from '../text/escape.ts';
import type {Look, Measure} from '../text/look.ts';
import {wrapWords} from '../text/wrap.ts';

/** A row of what the kernel shows, or of what changed. Its text is escaped. */
export interface SnapshotRow {
	/** `+`, `-`, or `~` of a change. */
	readonly sign: Change['sign'] | undefined;
	/** The area; empty in the rows that continue it. */
	readonly label: string;
	readonly text: string;
}

/** Columns of the longest area, `capabilities`, and a gap. */
const labelWidth = 14;
const leastRoom = 16;

/** The changes as rows of at most `columns` columns, which a longer word exceeds. */
export function changeRows(changes: readonly Change[], columns: number, width: Measure): readonly SnapshotRow[] {
	return changes.flatMap(({area, sign, text}, index) =>
		wrapped(text, columns - 2, width).map((part, at) => ({
			sign: at === 0 ? sign : undefined,
			label: at === 0 && changes[index - 1]?.area !== area ? area : '',
			text: part,
		})),
	);
}

/** The changes as text lines: `+ mounts        /proc: proc (ro,nosuid)`. */
export function changeLines(changes: readonly Change[], {columns, theme, width}: Look): readonly string[] {
	const styles = {'+': theme.ok, '-': theme.failed, '~': theme.warning} as const;
	return changeRows(changes, columns, width).map(({sign, label, text}) =>
		[
			sign === undefined ? ' ' : styles[sign](sign),
			' ',
			theme.quiet(label.padEnd(labelWidth)),
			sign === undefined ? `  ${text}` : text,
		].join(''),
	);
}

/**
 * The whole snapshot as rows of at most `columns` columns, which a longer word exceeds.
 *
 * @param against - another process, to tell own namespaces from shared ones
 */
export function snapshotRows(
	snapshot: Snapshot,
	against: Snapshot | undefined,
	columns: number,
	width: Measure,
): readonly SnapshotRow[] {
	const areas: readonly (readonly [string, readonly string[]])[] = [
		['process', [processWords(snapshot)]],
		['root', [rootWords(snapshot)]],
		['namespaces', namespaceWords(snapshot, against)],
		['hostname', snapshot.hostname === undefined ? [] : [snapshot.hostname]],
		['mounts', snapshot.mounts.map(mountText)],
		['cgroups', cgroupWords(snapshot)],
		['capabilities', capabilityWords(snapshot)],
		['ids', idWords(snapshot)],
		['seccomp', [seccompWords(snapshot)]],
		[
			'network',
			snapshot.interfaces.map(
				({name, addresses}) => `${name} ${addresses.length === 0 ? 'no address' : addresses.join(' ')}`,
			),
		],
	];
	return areas.flatMap(([label, texts]) =>
		texts
			.flatMap(text => wrapped(text, columns, width))
			.map((text, index) => ({sign: undefined, label: index === 0 ? label : '', text})),
	);
}

/** {@link snapshotRows} as text lines of at most `columns` columns. */
export function snapshotLines(
	snapshot: Snapshot,
	against: Snapshot | undefined,
	{theme, width}: Look,
	columns: number,
): readonly string[] {
	return snapshotRows(snapshot, against, columns, width).map(
		({label, text}) => theme.quiet(label.padEnd(labelWidth)) + text,
	);
}

function wrapped(text: string, columns: number, width: Measure): readonly string[] {
	return escapeText(text)
		.split('\n')
		.flatMap(line => wrapWords(line, Math.max(leastRoom, columns - labelWidth), width));
}

function processWords({pid, nspid, processes}: Snapshot): string {
	const inside = nspid.length > 1 ? `, ${nspid.slice(1).join(' and ')} inside` : '';
	return `pid ${pid}${inside}${processes === undefined ? '' : `, one of ${processes}`}`;
}

function rootWords({root: {path, device, inode}}: Snapshot): string {
	return path === '' ? 'not readable' : `${path} (inode ${inode} of device ${device})`;
}

function namespaceWords({namespaces}: Snapshot, against: Snapshot | undefined): readonly string[] {
	const words = (own: boolean | undefined): string =>
		namespaceKinds
			.flatMap(kind => {
				const inode = namespaces[kind];
				const isOwn = against === undefined ? undefined : inode !== against.namespaces[kind];
				return inode === undefined || isOwn !== own ? [] : [`${kind} ${inode}`];
			})
			.join(', ');
	if (against === undefined) return [words(undefined)];
	return [`own: ${words(true) || 'none'}`, `shared: ${words(false) || 'none'}`];
}

function cgroupWords({cgroups}: Snapshot): readonly string[] {
	const paths = [...new Set(cgroups.map(({path}) => path))];
	return paths.flatMap(path => {
		const same = cgroups.filter(each => each.path === path);
		const names = same.map(({controller}) => (controller === '' ? 'unified' : controller)).join(', ');
		return [`${names}: ${path}`, ...same.flatMap(fileWords)];
	});
}

function fileWords({files}: CgroupShown): readonly string[] {
	return Object.entries(files).map(([file, text]) => `${file} ${valueWords(file, text)}`);
}

/** Numbers of bytes get their size in words: `104857600 (100 MiB)`. */
function valueWords(file: string, text: string): string {
	if (!file.startsWith('memory.') || !/^\d{4,}$/.test(text)) return text.replaceAll('\n', ', ');
	// v1 shows "no limit" as the greatest number of pages in bytes.
	return `${text} (${Number(text) > 2 ** 62 ? 'no limit' : bytes(Number(text))})`;
}

function capabilityWords({capabilities}: Snapshot): readonly string[] {
	const words = capabilitySets.map(set => [set, namesWords(capabilities[set])] as const);
	const distinct = [...new Set(words.map(([, names]) => names))];
	return distinct.map(
		names =>
			`${words
				.filter(([, same]) => same === names)
				.map(([set]) => set)
				.join(', ')}: ${names}`,
	);
}

/** The shorter of two ways to say it: the names, or the names that are missing. */
function namesWords(names: readonly string[]): string {
	if (names.length === 0) return 'none';
	const missing = capabilityNames.map(name => `CAP_${name}`).filter(name => !names.includes(name));
	if (missing.length === 0) return 'all';
	return missing.length < names.length ? `all but ${missing.join(' ')}` : names.join(' ');
}

function idWords({ids: {uid, gid, groups, uidMap, gidMap}}: Snapshot): readonly string[] {
	return [
		`uid ${uid}, gid ${gid}, groups ${groups.length === 0 ? 'none' : groups.join(' ')}`,
		...(uidMap === '' ? [] : [`uid_map ${uidMap}`]),
		...(gidMap === '' ? [] : [`gid_map ${gidMap}`]),
	];
}

function seccompWords({seccomp: {mode, filters}, noNewPrivileges}: Snapshot): string {
	return `${mode}${filters > 0 ? `, ${filters} installed` : ''}; no_new_privs ${noNewPrivileges ? 'on' : 'off'}`;
}

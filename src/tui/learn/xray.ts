import type {MountShown, Snapshot} from '../../kernel/snapshot.ts';
import type {ChangeArea} from '../../kernel/snapshot-changes.ts';
import {namespaceKinds} from '../../spec/model/project.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {capabilityNames} from '../../spec/values/capability.ts';
import {escapeText} from '../../view/text/escape.ts';
import {type Line, type Span, span, type Tone} from '../draw/line.ts';

/** What an X-ray is drawn from. */
export interface XrayFacts {
	/** The process; undefined while there is none. */
	readonly shell: Snapshot | undefined;
	/** The process that it is compared with. */
	readonly against: Snapshot;
	/** What `against` is: `the room`, `this machine`. */
	readonly others: string;
	/** Mounts that are left out, as {@link mountKey} names them: those of the beginning. */
	readonly known: ReadonlySet<string>;
	/** Areas that have just changed. */
	readonly fresh: ReadonlySet<ChangeArea>;
}

/** A row of an X-ray. If rows are few, those of the lowest `weight` are left out. */
interface XrayRow {
	readonly area: ChangeArea;
	readonly label: string;
	readonly spans: readonly Span[];
	readonly weight: number;
}

const labelWidth = 13;
/** The most mounts that get a row, and those that matter more than other facts. */
const mostMounts = 8;
const surelyMounts = 2;

/** Identifies a mount over the copies of a mount namespace, which have other ids. */
export function mountKey({target, source, folder, type, options}: MountShown): string {
	return JSON.stringify([target, source, folder, type, options]);
}

/** What the kernel shows of a process, in at most `rows` lines: the ones that matter first. */
export function xrayLines(facts: XrayFacts, rows: number): readonly Line[] {
	const {shell, fresh} = facts;
	if (shell === undefined) return [[span('no process', 'quiet')]];
	const all = xrayRows(shell, facts);
	const weights = all.map(({weight, area}) => weight + (fresh.has(area) ? 5 : 0));
	const least = weights.toSorted((a, b) => b - a)[rows - 1] ?? 0;
	let left = rows - weights.filter(weight => weight > least).length;
	return all
		.filter((_, index) => {
			const weight = weights[index] ?? 0;
			if (weight !== least) return weight > least;
			left -= 1;
			return left >= 0;
		})
		.map(({area, label, spans}) => {
			const isFresh = fresh.has(area);
			const head = span(label, isFresh && label !== '' ? 'match' : 'quiet');
			const gap = span(' '.repeat(Math.max(1, labelWidth - label.length)));
			return [head, gap, ...(isFresh ? spans.map(({text}) => span(text, 'warning')) : spans)];
		});
}

function xrayRows(shell: Snapshot, facts: XrayFacts): readonly XrayRow[] {
	return [
		...namespaceRows(shell, facts),
		{area: 'root', label: 'root', spans: rootSpans(shell, facts), weight: 9},
		...mountRows(shell, facts),
		...cgroupRows(shell, facts),
		{area: 'capabilities', label: 'capabilities', spans: capabilitySpans(shell), weight: 4},
		{area: 'ids', label: 'user', spans: userSpans(shell), weight: 3},
		{area: 'seccomp', label: 'seccomp', spans: seccompSpans(shell), weight: 1},
		{area: 'network', label: 'network', spans: networkSpans(shell), weight: 2},
	];
}

function namespaceRows({namespaces}: Snapshot, {against, others}: XrayFacts): readonly XrayRow[] {
	const kinds = namespaceKinds.filter(kind => namespaces[kind] !== undefined);
	const own = kinds.filter(kind => namespaces[kind] !== against.namespaces[kind]);
	const shared = kinds.filter(kind => !own.includes(kind));
	const row = (label: string, words: readonly string[], lead: string, tone: Tone, weight: number): XrayRow => ({
		area: 'namespaces',
		label,
		spans: [span(lead, 'quiet'), span(words.join(' '), tone)],
		weight,
	});
	const all = row('namespaces', [], `all ${kinds.length} shared with ${others}`, 'quiet', 10);
	if (own.length === 0) return [all];
	const rest = shared.length === 0 ? [] : [row('', shared, 'shared ', 'plain', 6.5)];
	return [row('namespaces', own, 'own ', 'ok', 10), ...rest];
}

function rootSpans({root}: Snapshot, {against, others}: XrayFacts): readonly Span[] {
	const isSame = root.inode === against.root.inode && root.device === against.root.device;
	if (isSame) return [span('/', 'plain'), span(`  the root of ${others}`, 'quiet')];
	return [
		span(root.path === '' ? '?' : escapeText(root.path), 'ok'),
		span(`  own: inode ${root.inode} of device ${root.device}`, 'quiet'),
	];
}

function mountRows({mounts}: Snapshot, {known, others}: XrayFacts): readonly XrayRow[] {
	const row = (label: string, spans: readonly Span[], weight: number): XrayRow => ({
		area: 'mounts',
		label,
		spans,
		weight,
	});
	const own = mounts.filter(mount => !known.has(mountKey(mount)));
	const rest = mounts.length - own.length;
	const tail =
		rest === 0 ? `none of ${others}` : `${rest === known.size ? 'the' : `${rest} of the`} ${known.size} of ${others}`;
	if (own.length === 0) return [row('mounts', [span(tail, 'quiet')], 5)];
	const root = own.findLast(({target}) => target === '/');
	const newest = own.filter(mount => mount !== root).slice(-mostMounts);
	const shown = root === undefined ? newest : [root, ...newest];
	return shown.map((mount, index) =>
		row(
			index === 0 ? 'mounts' : '',
			[
				span(escapeText(mount.target), 'ok'),
				span(` ${escapeText(mountWords(mount))}`, 'quiet'),
				...(index === 0 ? [span(`  ${own.length} own, ${tail}`, 'quiet')] : []),
			],
			index === 0 ? 8 : index <= surelyMounts ? 6 : 0.5,
		),
	);
}

function mountWords({type, source, folder, options}: MountShown): string {
	const from = folder === '/' ? source : folder;
	return `${type}${from === type || from === '' ? '' : ` ${from}`} ${options.includes('ro') ? 'ro' : 'rw'}`;
}

function cgroupRows({cgroups}: Snapshot, {against, others}: XrayFacts): readonly XrayRow[] {
	const own = cgroups.flatMap(group => {
		const base = against.cgroups.find(({controller}) => controller === group.controller);
		return base === undefined || base.path === group.path ? [] : [{group, path: pathFrom(base.path, group.path)}];
	});
	const row = (label: string, spans: readonly Span[], weight: number): XrayRow => ({
		area: 'cgroups',
		label,
		spans,
		weight,
	});
	if (own.length === 0) return [row('cgroup', [span(`that of ${others}`, 'quiet')], 2.5)];
	const paths = [...new Set(own.map(({path}) => path))];
	return paths.map((path, index) => {
		const same = own.filter(each => each.path === path);
		const limits = same.flatMap(({group}) => limitWords(group.files));
		return row(
			index === 0 ? 'cgroup' : '',
			[
				span(escapeText(path), 'ok'),
				span(limits.length === 0 ? '' : `  ${limits.join(', ')}`),
				span(`  ${same.map(({group}) => group.controller || 'unified').join(' ')}`, 'quiet'),
			],
			index === 0 ? 7.5 : 5.5,
		);
	});
}

/**
 * The path of a cgroup as it is written from another one: `demo` for a child. The processes of a room may be in a child of its
 * cgroup themselves: then `demo` is beside them.
 */
function pathFrom(base: string, path: string): string {
	const own = [base, base.replace(/\/room$/, '')].find(each => each.length > 1 && path.startsWith(`${each}/`));
	return own === undefined ? path : path.slice(own.length + 1);
}

function limitWords(files: Readonly<Record<string, string>>): readonly string[] {
	const size = (name: string, word: string): readonly string[] => {
		const value = files[name];
		// v1 shows "no limit" as the greatest number of pages in bytes.
		if (value === undefined || value === 'max' || Number(value) > 2 ** 62) return [];
		return [`${word} ${bytes(Number(value))}`];
	};
	const pids = files['pids.max'];
	return [
		...size('memory.limit_in_bytes', 'memory'),
		...size('memory.max', 'memory'),
		...size('memory.memsw.limit_in_bytes', 'with swap'),
		...size('memory.swap.max', 'swap'),
		...size('memory.usage_in_bytes', 'used'),
		...size('memory.current', 'used'),
		...(pids === undefined || pids === 'max' ? [] : [`processes ${pids}`]),
		...(files['cpu.max'] === undefined || files['cpu.max'].startsWith('max') ? [] : [`cpu ${files['cpu.max']}`]),
	];
}

function capabilitySpans({capabilities: {effective, bounding}}: Snapshot): readonly Span[] {
	const plain = (name: string): string => name.replace(/^CAP_/, '').toLowerCase();
	const missing = capabilityNames.filter(name => !effective.includes(`CAP_${name}`));
	const words =
		effective.length === 0
			? 'none'
			: missing.length === 0
				? 'all'
				: missing.length <= 8
					? `all but ${missing.map(plain).join(' ')}`
					: effective.map(plain).join(' ');
	const more = bounding.length === effective.length ? '' : `  can get at most ${bounding.length}`;
	return [span(`${effective.length} `, 'strong'), span(words), span(more, 'quiet')];
}

function userSpans({ids: {uid, uidMap}}: Snapshot): readonly Span[] {
	const inside = uidMap
		.split(', ')
		.map(row => row.split(' ').map(Number))
		.flatMap(([first = 0, outside = 0, count = 0]) =>
			uid >= outside && uid < outside + count ? [first + uid - outside] : [],
		)[0];
	if (inside === uid) return [span(`uid ${uid}`)];
	return [span(`uid ${inside ?? 'none'} inside, ${uid} outside`), span(`  uid_map ${uidMap}`, 'quiet')];
}

function seccompSpans({seccomp: {mode, filters}, noNewPrivileges}: Snapshot): readonly Span[] {
	const words = mode === 'filter' && filters > 0 ? `${filters} filter${filters === 1 ? '' : 's'}` : mode;
	return [
		span(words, mode === 'off' ? 'plain' : 'ok'),
		span(`  no_new_privs ${noNewPrivileges ? 'on' : 'off'}`, 'quiet'),
	];
}

function networkSpans({interfaces}: Snapshot): readonly Span[] {
	const words = interfaces.map(({name, addresses}) =>
		[name, ...addresses.filter(address => !address.startsWith('fe80'))].join(' '),
	);
	return [span(words.length === 0 ? 'no interface' : escapeText(words.join(', ')))];
}

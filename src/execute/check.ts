import {type IdMapRow, outsideId, type UserMap} from '../host/id-map.ts';
import type {Host} from '../host/host.ts';
import {namespaceFiles} from '../host/probe/namespaces.ts';
import {type MountInfo, parseMountinfo} from '../host/probe/mountinfo.ts';
import {processCgroups, statusFields} from '../host/probe/process-status.ts';
import {interfaceCounts, ipv4Addresses, ipv6Addresses} from '../kernel/network-fields.ts';
import {parseLimits} from '../host/probe/rlimits.ts';
import {namedProcess} from '../state/network-namespace.ts';
import type {Check} from '../step/verbs/check.ts';

/** What the container side reported, for the checks that need it. */
export interface ReadBack {
	/** Values read back, by path. */
	readonly values: ReadonlyMap<string, string>;
	readonly ids: {readonly uid: number; readonly gid: number; readonly groups: readonly number[]} | undefined;
}

/** The container's first process as /proc shows it from outside; each file is read once. */
export interface ProcessView {
	readonly pid: number;
	readonly text: (file: string) => string;
	readonly link: (file: string) => string;
	/** Its mountinfo, parsed once for all checks. */
	readonly mounts: () => readonly MountInfo[];
}

/** Reads /proc/PID and caches each file. */
export function processView(host: Host, pid: number): ProcessView {
	const seen = new Map<string, string>();
	const once = (key: string, read: () => string | undefined): string => {
		const known = seen.get(key) ?? read() ?? '';
		seen.set(key, known);
		return known;
	};
	let mounts: readonly MountInfo[] | undefined;
	const text = (file: string): string => once(file, () => host.readText(`/proc/${pid}/${file}`));
	return {
		pid,
		text,
		mounts: () => (mounts ??= parseMountinfo(text('mountinfo'))),
		link: file => once(file, () => host.readlink(`/proc/${pid}/${file}`)),
	};
}

function mountProblem(check: Extract<Check, {kind: 'mount'}>, view: ProcessView): string | undefined {
	// The last row of a target is the topmost mount.
	const row = view.mounts().findLast(each => each.target === check.target);
	if (row === undefined) return `nothing is mounted on ${check.target}`;
	if (check.type !== '' && row.type !== check.type) return `${check.target} is a ${row.type} and not a ${check.type}`;
	const missing = check.options.filter(option => !row.options.includes(option) && !row.superOptions.includes(option));
	return missing.length === 0 ? undefined : `${check.target} is mounted without ${missing.join(', ')}`;
}

function onlyMountsProblem(targets: readonly string[], view: ProcessView): string | undefined {
	const rows = view.mounts().map(row => row.target);
	const extra = rows.filter(target => !targets.includes(target));
	return extra.length === 0 ? undefined : `${extra.join(', ')} is mounted, and no step did that`;
}

function statusProblem(fields: Readonly<Record<string, string>>, view: ProcessView): string | undefined {
	const status = statusFields(view.text('status'));
	const differing = Object.entries(fields).filter(([name, value]) => words(status[name] ?? '') !== words(value));
	return differing.length === 0
		? undefined
		: differing.map(([name, value]) => `${name} is ${words(status[name] ?? '')} and not ${words(value)}`).join('; ');
}

/**
 * The number of filters tells the container's filter from one that tsbox itself runs under. Linux before 5.9 does not
 * show the number.
 */
function seccompProblem(view: ProcessView, host: Host): string | undefined {
	const status = statusFields(view.text('status'));
	if (words(status['Seccomp'] ?? '') !== '2') return 'it has no seccomp filter';
	const own = Number(statusFields(host.readText('/proc/self/status') ?? '')['Seccomp_filters'] ?? 0);
	const filters = status['Seccomp_filters'];
	return filters === undefined || Number(filters) > own ? undefined : 'it has no seccomp filter of its own';
}

function words(text: string): string {
	return text.trim().split(/\s+/).join(' ');
}

/**
 * /proc shows a reader on the host the host's ids. A row may be longer than planned, because newer versions of
 * unshare(1) may map one id more.
 */
function idMapProblem(file: string, wanted: readonly IdMapRow[], view: ProcessView): string | undefined {
	const rows = view
		.text(file)
		.trim()
		.split('\n')
		.map(line => words(line).split(' ').map(Number));
	const missing = wanted.find(
		({inside, outside, count}) =>
			!rows.some(([at = -1, host = -1, size = 0]) => at === inside && host === outside && size >= count),
	);
	return missing === undefined && rows.length === wanted.length
		? undefined
		: `its ${file} is ${rows.map(row => row.join(' ')).join(', ')}`;
}

function lookedUpIdsProblem(told: ReadBack, view: ProcessView, map: UserMap | null): string | undefined {
	if (told.ids === undefined) return 'the user was not looked up';
	const shown = (rows: readonly IdMapRow[] | undefined, id: number): number =>
		rows === undefined ? id : (outsideId(rows, id) ?? -1);
	const uid = shown(map?.uids, told.ids.uid);
	const gid = shown(map?.gids, told.ids.gid);
	const groups = told.ids.groups.map(group => shown(map?.gids, group));
	const sorted = [...new Set(groups)].toSorted((a, b) => a - b);
	const ids = {Uid: `${uid} ${uid} ${uid} ${uid}`, Gid: `${gid} ${gid} ${gid} ${gid}`};
	// With a map of a single id, the caller's supplementary groups stay.
	return statusProblem(map?.kind === 'single' ? ids : {...ids, Groups: sorted.join(' ')}, view);
}

/** Seconds that a slow machine may take from reading the clocks to starting the process. */
const startTime = 60;

/**
 * Field 22 of proc_pid_stat(5) is the start time in hundredths of a second since boot. Fields are counted from the last
 * `)`, because the name before it may contain blanks.
 */
function clockProblem(view: ProcessView): string | undefined {
	const stat = view.text('stat');
	const started = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) / 100;
	const offset = (clock: string): number =>
		Number(new RegExp(`^${clock}\\s+(-?\\d+)`, 'm').exec(view.text('timens_offsets'))?.[1] ?? 0);
	const at = started + offset('boottime');
	return at >= 0 && at < startTime && offset('monotonic') < 0
		? undefined
		: `its clocks differ from those of the host by ${offset('monotonic')} s and ${offset('boottime')} s`;
}

/** Checks of a file of the host or of a value that the container side reported, and not of the container's process. */
type PlaceCheck = Extract<Check, {kind: 'folder' | 'value' | 'readBack' | 'deviceInside' | 'processOf'}>;

function looksAtPlace(check: Check): check is PlaceCheck {
	return ['folder', 'value', 'readBack', 'deviceInside', 'processOf'].includes(check.kind);
}

function hasAddress(wanted: string, view: ProcessView): boolean {
	return wanted.includes(':')
		? ipv6Addresses(view.text('net/if_inet6')).some(({address}) => address.startsWith(`${wanted}/`))
		: ipv4Addresses(view.text('net/fib_trie'), []).some(({address}) => address === wanted);
}

/** The magic link /proc/PID/root leads to the folder itself, whatever is mounted there: proc_pid_root(5). */
function rootProblem(path: string, host: Host, view: ProcessView): string | undefined {
	const wanted = host.stat(path);
	const found = host.stat(`/proc/${view.pid}/root/.`);
	return wanted !== undefined && wanted.ino === found?.ino && wanted.dev === found.dev
		? undefined
		: `its root is ${view.link('root')} and not ${path}`;
}

function hasDevice(dev: string, name: string): boolean {
	return interfaceCounts(dev).some(each => each.name === name);
}

function placeProblem(check: PlaceCheck, host: Host, told: ReadBack): string | undefined {
	if (check.kind === 'folder')
		return host.stat(check.path)?.kind === 'directory' ? undefined : `there is no folder ${check.path}`;
	if (check.kind === 'processOf')
		return namedProcess(host, check.file) === undefined ? `the process of ${check.file} has ended` : undefined;
	if (check.kind === 'deviceInside') {
		const pid = namedProcess(host, check.file);
		return pid !== undefined && hasDevice(host.readText(`/proc/${pid}/net/dev`) ?? '', check.name)
			? undefined
			: `the network namespace of this user has no ${check.name}`;
	}
	const value = words((check.kind === 'value' ? host.readText(check.path) : told.values.get(check.path)) ?? '');
	return value === words(check.equals)
		? undefined
		: `${check.path} reads ${value === '' ? 'nothing' : value} and not ${check.equals}`;
}

/**
 * What is wrong, or undefined if the kernel shows what was planned.
 *
 * @param view - undefined for a host step that is checked before the first process exists
 */
export function problemOf(check: Check, host: Host, view: ProcessView | undefined, told: ReadBack): string | undefined {
	if (looksAtPlace(check)) return placeProblem(check, host, told);
	if (view === undefined) return 'there is no process to look at';
	switch (check.kind) {
		case 'mount':
			return mountProblem(check, view);
		case 'mountRoot': {
			const row = view.mounts().findLast(each => each.target === check.target);
			if (row?.root.endsWith(check.endsWith) === true) return undefined;
			return `${check.target} shows ${row?.root ?? 'nothing'} and not ${check.endsWith}`;
		}
		case 'onlyMounts':
			return onlyMountsProblem(check.targets, view);
		case 'root':
			return rootProblem(check.path, host, view);
		case 'interface':
			return hasDevice(view.text('net/dev'), check.name) ? undefined : `it has no ${check.name}`;
		case 'address':
			return hasAddress(check.address, view) ? undefined : `it does not have the address ${check.address}`;
		case 'namespaces': {
			const shared = check.kinds.filter(
				kind => view.link(`ns/${namespaceFiles[kind]}`) === host.readlink(`/proc/self/ns/${namespaceFiles[kind]}`),
			);
			return shared.length === 0 ? undefined : `its ${shared.join(', ')} namespace is the host's`;
		}
		case 'joined': {
			const others = check.namespaces.filter(({kind, id}) => view.link(`ns/${namespaceFiles[kind]}`) !== id);
			return others.length === 0
				? undefined
				: `its ${others.map(({kind}) => kind).join(', ')} namespace is not the one that it was to join`;
		}
		case 'cgroups': {
			const own = processCgroups(view.text('cgroup'));
			const outside = check.members.filter(
				member => !own.some(({controllers, path}) => controllers.includes(member.controller) && path === member.cgroup),
			);
			return outside.length === 0
				? undefined
				: `it is not in the cgroup ${outside.map(member => member.path).join(', ')}`;
		}
		case 'status':
			return statusProblem(check.fields, view);
		case 'lookedUpIds':
			return lookedUpIdsProblem(told, view, check.map);
		case 'idMap':
			return idMapProblem('uid_map', check.uids, view) ?? idMapProblem('gid_map', check.gids, view);
		case 'rlimit': {
			const limit = parseLimits(view.text('limits'))[check.name];
			return limit?.soft === check.soft && limit.hard === check.hard
				? undefined
				: `its ${check.name} limit is ${limit?.soft}:${limit?.hard} and not ${check.soft}:${check.hard}`;
		}
		case 'seccomp':
			return seccompProblem(view, host);
		case 'label': {
			const label = view.text('attr/current').replace(/[\0\n]+$/, '');
			return label === check.equals || label.startsWith(`${check.equals} (`)
				? undefined
				: `its security label is ${label === '' ? 'none' : label} and not ${check.equals}`;
		}
		case 'personality': {
			const value = Number.parseInt(view.text('personality'), 16);
			return (value & check.flag) !== 0 ? undefined : `its personality is ${words(view.text('personality'))}`;
		}
		case 'clocks':
			return clockProblem(view);
		case 'oomScoreAdj': {
			const value = words(view.text('oom_score_adj'));
			return value === String(check.equals) ? undefined : `its oom_score_adj is ${value} and not ${check.equals}`;
		}
	}
}

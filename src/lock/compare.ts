import type {LockedService} from './lock-file.ts';
import type {TreeDigest} from './tree-digest.ts';

/** One difference between a lock file and the present. */
export interface LockDifference {
	readonly service: string;
	/** What differs: `rootfs`, `mem_limit`, `/etc/app: hi.txt`, `the tool mount`. */
	readonly what: string;
	readonly locked: string;
	readonly now: string;
	readonly why: string;
	readonly hint: string;
}

/** What the texts of differences need to know. */
export interface CompareContext {
	readonly service: string;
	/** The origin of a spec key's value, in words. */
	readonly originOf: (key: string) => string | undefined;
	/** The source of an input tree, by its path in the container. */
	readonly sourceOf: (target: string) => string;
	/** The source of the root filesystem. */
	readonly rootfs: string;
	/** The command that locks the present state. */
	readonly takeOver: string;
}

const none = 'not there';
const unused = 'not used';
/** Most steps to name; a longer list would not help. */
const mostSteps = 5;
type Row = Omit<LockDifference, 'service'>;

/** All differences between a locked service and the present, causes before their consequences. */
export function compareService(
	locked: LockedService,
	now: LockedService,
	context: CompareContext,
): readonly LockDifference[] {
	const rows = [
		...rootfsRows(locked, now, context),
		...inputRows(locked, now, context),
		...keyRows(locked, now, context),
		...machineRows(locked, now, context),
	];
	return [...rows, ...planRows(locked, now, context, rows.length > 0)].map(row => ({service: context.service, ...row}));
}

/** The difference for a service that only the lock or only the spec has. */
export function missingService(service: string, isLocked: boolean, takeOver: string): LockDifference {
	return isLocked
		? {
				service,
				what: 'the service',
				locked: 'there',
				now: none,
				why: 'the spec no longer has it',
				hint: `restore it, or lock the spec as it is with \`${takeOver}\``,
			}
		: {
				service,
				what: 'the service',
				locked: none,
				now: 'there',
				why: 'it was added to the spec after the lock was written',
				hint: `lock it with \`${takeOver}\``,
			};
}

function rootfsRows(
	{rootfs: before}: LockedService,
	{rootfs: after}: LockedService,
	context: CompareContext,
): readonly Row[] {
	const {rootfs: from, takeOver} = context;
	if (before.kind === 'folder' && after.kind === 'folder') return treeRows('rootfs', before, after, from, takeOver);
	const words = (each: typeof before): string =>
		each.kind === 'archive' || each.kind === 'image' ? each.digest : each.kind;
	return different(
		before.kind === 'image' && after.kind === 'image' ? 'image' : 'rootfs',
		words(before),
		words(after),
		{
			why:
				before.kind === after.kind
					? before.kind === 'image'
						? `${from} is another image than ${before.reference} was when the lock was written`
						: `the content of the archive ${from} changed`
					: `${from} is another kind of root filesystem now`,
			hint: `restore the locked one, or accept this one with \`${takeOver}\``,
		},
	);
}

function inputRows(before: LockedService, after: LockedService, {sourceOf, takeOver}: CompareContext): readonly Row[] {
	return keysOf(before.inputs, after.inputs).flatMap(target => {
		const [one, other] = [before.inputs[target], after.inputs[target]];
		if (one !== undefined && other !== undefined) return treeRows(target, one, other, sourceOf(target), takeOver);
		return different(target, one?.digest ?? none, other?.digest ?? none, {
			why: 'the spec has other read-only bind mounts now',
			hint: `restore the spec, or accept it with \`${takeOver}\``,
		});
	});
}

function treeRows(what: string, before: TreeDigest, after: TreeDigest, from: string, takeOver: string): readonly Row[] {
	if (before.digest === after.digest) return [];
	const hint = `restore it, or accept the change with \`${takeOver}\``;
	const [one, other] = [before.files, after.files];
	const named =
		one === undefined || other === undefined
			? []
			: keysOf(one, other).flatMap(path =>
					different(path === '.' ? what : `${what}: ${path}`, one[path] ?? none, other[path] ?? none, {
						why: `${path === '.' ? from : `${path} in ${from}`} ${one[path] === undefined ? 'was added' : other[path] === undefined ? 'was removed' : 'was changed'} after the lock was written`,
						hint,
					}),
				);
	if (named.length > 0) return named;
	const words = ({digest, entries, bytes}: TreeDigest): string =>
		entries === 0 ? digest : `${digest}, ${entries} entries, ${bytes} bytes`;
	return different(what, words(before), words(after), {
		why: `something in ${from} was changed after the lock was written`,
		hint,
	});
}

function keyRows(before: LockedService, after: LockedService, {originOf, takeOver}: CompareContext): readonly Row[] {
	const hint = `restore it, or accept the change with \`${takeOver}\``;
	const rows = keysOf(before.keys, after.keys).flatMap(key => {
		const origin = originOf(key);
		const place =
			after.keys[key] === undefined
				? 'the spec no longer has it'
				: origin === undefined
					? 'the spec has a different value'
					: `its value now comes from ${origin}`;
		return different(key, valueWords(before.keys[key]), valueWords(after.keys[key]), {why: place, hint});
	});
	if (rows.length > 0) return rows;
	return different('the spec', before.spec, after.spec, {why: 'the lock file was edited by hand', hint});
}

function valueWords(value: unknown): string {
	return value === undefined ? none : typeof value === 'string' ? value : JSON.stringify(value);
}

function machineRows(before: LockedService, after: LockedService, {takeOver}: CompareContext): readonly Row[] {
	const accept = `or accept the difference with \`${takeOver}\``;
	return [
		...keysOf(before.features, after.features).flatMap(name =>
			different(name, before.features[name] ?? unused, after.features[name] ?? unused, {
				why: 'this kernel or host has other features than the one that wrote the lock',
				hint: `see \`tsbox doctor\`, ${accept}`,
			}),
		),
		...different('seccomp filter', before.seccomp, after.seccomp, {
			why: 'the profile, the kernel, or tsbox changed, and the filter depends on all three',
			hint: `restore the profile, ${accept}`,
		}),
		...toolRows(before.tools, after.tools, accept),
	];
}

/** Tools of one package differ in the same way, so they share a row. */
function toolRows(before: LockedService['tools'], after: LockedService['tools'], accept: string): readonly Row[] {
	const groups = new Map<string, {readonly locked: string; readonly now: string; readonly names: string[]}>();
	for (const name of keysOf(before, after)) {
		const [locked, now] = [before[name] ?? unused, after[name] ?? unused];
		const group = groups.get(`${locked}\0${now}`) ?? {locked, now, names: []};
		group.names.push(name);
		groups.set(`${locked}\0${now}`, group);
	}
	return [...groups.values()].flatMap(({locked, now, names}) => {
		const isInstalled = locked !== unused && now !== unused;
		return different(`the tool${names.length === 1 ? '' : 's'} ${names.join(', ')}`, locked, now, {
			why: isInstalled ? 'a different version is installed' : 'the plan runs different tools',
			hint: `${isInstalled ? 'install the version that was locked' : 'fix the other differences'}, ${accept}`,
		});
	});
}

function planRows(
	before: LockedService,
	after: LockedService,
	{takeOver}: CompareContext,
	isExplained: boolean,
): readonly Row[] {
	const ids = keysOf(before.steps, after.steps).filter(id => before.steps[id] !== after.steps[id]);
	const more = ids.length > mostSteps ? ` and ${ids.length - mostSteps} more` : '';
	const named = ids.slice(0, mostSteps).join(', ');
	const steps = ids.length === 0 ? '' : ` in the step${ids.length === 1 ? '' : 's'} ${named}${more}`;
	return different('the plan', before.plan, after.plan, {
		why: isExplained
			? `it differs${steps} because of the differences above`
			: `it differs${steps}: this version of tsbox, or this host, plans differently`,
		hint: isExplained ? 'fix the differences above' : `see \`tsbox plan\`, and accept it with \`${takeOver}\``,
	});
}

function different(what: string, locked: string, now: string, words: Pick<Row, 'why' | 'hint'>): readonly Row[] {
	return locked === now ? [] : [{what, locked, now, ...words}];
}

function keysOf(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): readonly string[] {
	return [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted();
}

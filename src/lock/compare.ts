import type {LockedService} from './lock-file.ts';
import type {TreeDigest} from './tree-digest.ts';

/** One thing that is not as it was locked. */
export interface LockDifference {
	readonly service: string;
	/** `rootfs`, `mem_limit`, `/etc/app: hi.txt`, `the tool mount`. */
	readonly what: string;
	readonly locked: string;
	readonly now: string;
	/** The likely cause, one sentence. */
	readonly why: string;
	/** What fixes it, one imperative sentence. */
	readonly hint: string;
}

/** What the words need to know beside the two. */
export interface CompareContext {
	readonly service: string;
	/** Where a key of the spec has its value from, for people. */
	readonly originOf: (key: string) => string | undefined;
	/** Where the tree of an input comes from, by its place in the container. */
	readonly sourceOf: (target: string) => string;
	/** Where the root filesystem comes from. */
	readonly rootfs: string;
	/** The command that locks what is there now. */
	readonly takeOver: string;
}

const none = 'not there';
const unused = 'not used';
/** Steps that are named; a list of all says nothing. */
const mostSteps = 5;
type Row = Omit<LockDifference, 'service'>;

/** All that differs between a service as it was locked and as it is now; causes before what follows from them. */
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

/** A service that one of the two does not have. */
export function missingService(service: string, isLocked: boolean, takeOver: string): LockDifference {
	return isLocked
		? {
				service,
				what: 'the service',
				locked: 'there',
				now: none,
				why: 'the spec no longer has it',
				hint: `put it back, or lock the spec as it is with \`${takeOver}\``,
			}
		: {
				service,
				what: 'the service',
				locked: none,
				now: 'there',
				why: 'it came into the spec after the lock was made',
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
	const words = (each: typeof before): string => (each.kind === 'archive' ? each.digest : each.kind);
	return different('rootfs', words(before), words(after), {
		why: before.kind === after.kind ? `the archive ${from} has other bytes` : `${from} is something else than it was`,
		hint: `put back what it was, or take this one over with \`${takeOver}\``,
	});
}

function inputRows(before: LockedService, after: LockedService, {sourceOf, takeOver}: CompareContext): readonly Row[] {
	return keysOf(before.inputs, after.inputs).flatMap(target => {
		const [one, other] = [before.inputs[target], after.inputs[target]];
		if (one !== undefined && other !== undefined) return treeRows(target, one, other, sourceOf(target), takeOver);
		return different(target, one?.digest ?? none, other?.digest ?? none, {
			why: 'the spec binds other folders read-only than it did',
			hint: `put the spec back, or take it over with \`${takeOver}\``,
		});
	});
}

function treeRows(what: string, before: TreeDigest, after: TreeDigest, from: string, takeOver: string): readonly Row[] {
	if (before.digest === after.digest) return [];
	const hint = `put it back as it was, or take it over with \`${takeOver}\``;
	const [one, other] = [before.files, after.files];
	const named =
		one === undefined || other === undefined
			? []
			: keysOf(one, other).flatMap(path =>
					different(path === '.' ? what : `${what}: ${path}`, one[path] ?? none, other[path] ?? none, {
						why: `${path === '.' ? from : `${path} in ${from}`} ${one[path] === undefined ? 'came in' : other[path] === undefined ? 'was removed' : 'was changed'} after the lock was made`,
						hint,
					}),
				);
	if (named.length > 0) return named;
	const words = ({digest, entries, bytes}: TreeDigest): string =>
		entries === 0 ? digest : `${digest}, ${entries} entries, ${bytes} bytes`;
	return different(what, words(before), words(after), {
		why: `something in ${from} was changed after the lock was made`,
		hint,
	});
}

function keyRows(before: LockedService, after: LockedService, {originOf, takeOver}: CompareContext): readonly Row[] {
	const hint = `put it back as it was, or take it over with \`${takeOver}\``;
	const rows = keysOf(before.keys, after.keys).flatMap(key => {
		const origin = originOf(key);
		const place =
			after.keys[key] === undefined
				? 'the spec no longer has it'
				: origin === undefined
					? 'the spec has another value now'
					: `its value now is from ${origin}`;
		return different(key, valueWords(before.keys[key]), valueWords(after.keys[key]), {why: place, hint});
	});
	if (rows.length > 0) return rows;
	return different('the spec', before.spec, after.spec, {why: 'the lock was changed by hand', hint});
}

function valueWords(value: unknown): string {
	return value === undefined ? none : typeof value === 'string' ? value : JSON.stringify(value);
}

function machineRows(before: LockedService, after: LockedService, {takeOver}: CompareContext): readonly Row[] {
	const accept = `or take what is here over with \`${takeOver}\``;
	return [
		...keysOf(before.features, after.features).flatMap(name =>
			different(name, before.features[name] ?? unused, after.features[name] ?? unused, {
				why: 'this kernel, or this host, has other abilities than the one it was locked on',
				hint: `see \`tsbox doctor\`, ${accept}`,
			}),
		),
		...different('seccomp filter', before.seccomp, after.seccomp, {
			why: 'the profile is another one, or the kernel or tsbox is, for which it was compiled',
			hint: `put the profile back, ${accept}`,
		}),
		...toolRows(before.tools, after.tools, accept),
	];
}

/** Tools of one package differ in the same way: they are told together. */
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
			why: isInstalled ? 'another version is installed here' : 'the plan runs other tools than it did',
			hint: `${isInstalled ? 'install the version that was locked' : 'fix what else differs'}, ${accept}`,
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
			? `it differs${steps}, as follows from what differs above`
			: `it differs${steps}: this tsbox, or something of this machine, makes it otherwise`,
		hint: isExplained ? 'fix what differs above' : `see \`tsbox plan\`, and take it over with \`${takeOver}\``,
	});
}

function different(what: string, locked: string, now: string, words: Pick<Row, 'why' | 'hint'>): readonly Row[] {
	return locked === now ? [] : [{what, locked, now, ...words}];
}

function keysOf(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): readonly string[] {
	return [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted();
}

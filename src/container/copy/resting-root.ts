import type {Machine} from '../machine/machine.ts';
import {dirname} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, type RangeMap, rangeMapOf} from '../../host/id-map.ts';
import type {JailMount} from '../../image/archive/jail.ts';
import {type ContainerRecord, containerFolder, stateOf} from '../../state/record.ts';
import {readStartReport} from '../../state/start-report.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Plan} from '../../step/verbs/step.ts';

/** The root filesystem of an ended container, as mounts for a jail. */
export interface RestingRoot {
	/** The empty mount point in its layer. */
	readonly folder: string;
	readonly mounts: readonly JailMount[];
	/** The id map, if root made a user namespace for it. */
	readonly ids: RangeMap | undefined;
}

/**
 * The mounts that restore the root filesystem of an ended detached container, taken from its last start; undefined for any
 * other container.
 *
 * @param writes - false to mount everything read-only, so that a concurrent start is not disturbed
 * @throws TsboxError E_HOST_UNSUPPORTED when only a start can assemble the root filesystem.
 */
export function restingRoot(machine: Machine, record: ContainerRecord, writes: boolean): RestingRoot | undefined {
	const {host, dirs, facts} = machine;
	if (record.detached === undefined || stateOf(host, record) !== 'dead') return undefined;
	const plan = readStartReport(host, containerFolder(dirs.state, record.name))?.plan;
	const {rows, cwd} = plan === undefined ? {rows: []} : rootRows(plan);
	const [root] = rows;
	const upper = root === undefined ? undefined : upperOf(root);
	const folder = upper === undefined ? undefined : `${dirname(upper)}/root`;
	const isPlain = rows.every(({options}) => options.every(option => !option.startsWith('X-mount.idmap')));
	if (root === undefined || folder === undefined || !isPlain || host.lstat(folder)?.kind !== 'directory')
		throw notAlone(record.name, 'only a start can assemble its root filesystem');
	const mapped = facts.user.uid === 0 && record.namespaces.includes('user');
	const ids = mapped ? rangeMapOf(facts) : undefined;
	if (mapped && (!isRange(ids ?? null) || ids?.uids[0]?.outside !== record.config.linux.uidMappings?.[0]?.hostID))
		throw notAlone(record.name, 'the subordinate ids of root have changed since its start');
	const mounts = rows.map(({type, source, options, target}) => ({
		type,
		source,
		options: readable(options, writes),
		below: target.slice(root.target.length),
		...(cwd === undefined ? {} : {cwd}),
	}));
	return {folder, mounts, ids};
}

/** The options of a mount. For a read-only mount the writable layer becomes the topmost lower layer. */
function readable(options: readonly string[], writes: boolean): readonly string[] {
	const plain = options.filter(option => !option.startsWith('X-mount.'));
	if (writes) return plain;
	const valueOf = (name: string): string | undefined =>
		plain.find(option => option.startsWith(`${name}=`))?.slice(name.length + 1);
	const [lower, upper] = [valueOf('lowerdir'), valueOf('upperdir')];
	// Overlay refuses lower layers that contain each other. Only the upper layer may lie below a lower one.
	const overlaps = lower === '/' || upper?.startsWith(`${lower}/`) === true;
	if (lower === undefined || upper === undefined || overlaps) return ['ro', ...plain];
	return ['ro', ...plain.filter(option => !/^(lower|upper|work)dir=/.test(option)), `lowerdir=${upper}:${lower}`];
}

function notAlone(name: string, why: string): TsboxError {
	return new TsboxError('E_HOST_UNSUPPORTED', `the files of ${name} are accessible only while it runs`, {
		why,
		hint: `start it: \`tsbox start ${name}\``,
	});
}

/** The row that mounts the root, the rows of overlays within it, and the folder that their paths are relative to. */
function rootRows(plan: Plan): {readonly rows: readonly MountRow[]; readonly cwd?: string | undefined} {
	const tables = plan.steps.flatMap(({action}) => (action.kind === 'mountTable' ? [action] : []));
	const rows = tables.flatMap(table => table.rows);
	const root = rows.find(row => upperOf(row) !== undefined);
	if (root === undefined) return {rows: []};
	const idmap = rows.filter(({options}) => options.some(option => option.startsWith('X-mount.idmap')));
	const within = rows.filter(({type, target}) => type === 'overlay' && target.startsWith(`${root.target}/`));
	return {rows: [root, ...within, ...idmap], cwd: tables.find(table => table.rows.includes(root))?.cwd};
}

/** The writable folder behind a root mount: the upper folder of an overlay, or a copy of the image. */
function upperOf({type, source, options}: MountRow): string | undefined {
	if (type === 'overlay') return options.find(option => option.startsWith('upperdir='))?.slice('upperdir='.length);
	return options.includes('bind') && source.endsWith('/upper') ? source : undefined;
}

import {isRange, mappedRoot, outsideId, type RangeMap} from '../../host/id-map.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {containerPaths, type PlanInput} from '../input/input.ts';
import {filesStep, gatherRows, reachRows, reachStep, type Taken} from '../mounts/gather.ts';
import {rootOnly} from '../process/plan-process.ts';
import {makesOwnNodes, nodesFolder, ownNodes} from './bundle-devices.ts';

/**
 * What root of the host does for a container with a user namespace, before that is entered: see src/plan/mounts/gather.ts. What the container gets is locked
 * then, with its flags: mount_namespaces(7).
 *
 * @param between - steps that need root of the host as well
 */
export function gatherBundle(
	input: PlanInput,
	inside: InsideStep,
	taken: Taken,
	between: readonly Step[],
): readonly Step[] {
	const {map} = input;
	if (!isRange(map)) return [];
	const {gathered} = containerPaths(input);
	const files = taken.staged.filter(({kind}) => kind === 'file');
	const folders = {...taken, staged: taken.staged.filter(({name}) => name !== nodesFolder)};
	const rows = [...gatherRows(input, map, folders, [rootRow(input)]), ...nodesRow(input, map)];
	return [
		inside(
			'mounts.gather',
			'mount what only root of the host can reach in one place',
			'The ids of the container may not go into the folders that its mounts come from. What it is to have is mounted before root is given up.',
			'mount(8)',
			{
				object: `${rows.length} mounts`,
				action: {kind: 'mountTable', name: 'gather', place: 'host', rows},
				undo: {kind: 'removeTree', path: gathered},
			},
		),
		...ownNodes(input, inside, map),
		...(files.length === 0 ? [] : [filesStep(input, inside, files)]),
		reachStep(input, inside, reachRows(input, files)),
		...rootOnly(input),
		...between,
	];
}

/** The root filesystem with all that is mounted in it. */
function rootRow(input: PlanInput): MountRow {
	return {
		source: input.config.root.path,
		target: `${containerPaths(input).gathered}/rootfs`,
		type: 'none',
		options: ['rbind', 'rprivate', 'X-mount.mkdir'],
		why: 'the root filesystem, as the engine gave it',
	};
}

/** Where device nodes are made: a filesystem of the host, since those of a user namespace open none. */
function nodesRow(input: PlanInput, map: RangeMap): readonly MountRow[] {
	if (!makesOwnNodes(input)) return [];
	const [uid, gid] = mappedRoot(map);
	return [
		{
			source: 'nodes',
			target: `${containerPaths(input).gathered}/${nodesFolder}`,
			type: 'tmpfs',
			options: ['nosuid', 'noexec', 'mode=755', `uid=${uid}`, `gid=${gid}`, 'size=64k', 'X-mount.mkdir'],
			why: 'device nodes',
		},
	];
}

/** The owner on the host of a stream for a user of the container; undefined if it has it already, and where the caller can give nothing away. */
export function streamOwner({map, config, extras}: PlanInput): number | undefined {
	if (extras.bundle?.isNested === true) return undefined;
	const {uid} = config.process.user;
	const outside = map === null ? uid : outsideId(map.uids, uid);
	return outside === 0 ? undefined : outside;
}

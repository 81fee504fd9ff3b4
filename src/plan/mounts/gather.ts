import {isRange, mappedRoot, type RangeMap} from '../../host/id-map.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Step, StepInside} from '../../step/verbs/step.ts';
import {containerPaths, type PlanInput, reachedIn} from '../input/input.ts';
import {hideRows} from './hide-rows.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {mountCheck} from './mount-check.ts';
import {type GatheredRoot, gatheredRoot} from '../rootfs/root-rows.ts';
import {idmapOption, type StagedSource} from './staged-sources.ts';

/*
 * Root starts a container with a user namespace. Container root is an unprivileged uid on the host: it can reach neither
 * the store nor a volume below /root. So host root makes a mount namespace, mounts everything the container needs in one
 * place, and binds that place over a folder that every user can reach. The container's mount namespace is a copy.
 */

/** What the container side uses from the host: the toolbox, the folder with its mount tables, and its bind sources. */
export interface Taken {
	readonly toolbox: string;
	readonly conf: string;
	readonly staged: readonly StagedSource[];
}

/** Rewrites the paths for the container side: below {@link reachedIn} if they were gathered, else unchanged. */
export function takenFrom(input: PlanInput, taken: Taken): Taken {
	if (!isRange(input.map)) return taken;
	const reached = reachedIn(input);
	return {
		toolbox: `${reached}/tools`,
		conf: `${reached}/conf`,
		staged: taken.staged.map(each => ({...each, real: `${reached}/${each.name}`})),
	};
}

/** The steps that host root does between the start and the user namespace. Empty without a subordinate id range. */
export function gatherSteps(
	input: PlanInput,
	inside: InsideStep,
	taken: Taken,
	{enter, steps: between}: {readonly enter: Step | null; readonly steps: readonly Step[]},
): readonly Step[] {
	if (!isRange(input.map) || enter === null) return [];
	const {state} = containerPaths(input);
	const files = taken.staged.filter(({kind}) => kind === 'file');
	const root = gatheredRoot(input, input.map);
	// Relative lower folders are below a mount of the first table, so the working directory is there only after it.
	const isApart = root.root.cwd !== undefined;
	const rows = gatherRows(input, input.map, taken, isApart ? root.below : [...root.below, root.root.row]);
	const reach = reachRows(input, files);
	const last = files.length === 0 ? reach : [];
	const checks = [mountCheck(root.root.row, '/')];
	const steps = [
		inside(
			'mounts.open',
			'open the tables and scripts to everybody who gets this far',
			"Root of the container reads them, and has no rights on the host. The folders above stay closed to the host's users.",
			'chmod(1)',
			{
				action: {
					kind: 'run',
					tool: 'chmod',
					args: ['go+rX', state, ...readInside(input, taken).map(name => `${state}/${name}`)],
					place: 'host',
				},
			},
		),
		inside(
			'mounts.gather',
			'mount what only root of the host can reach in one place',
			'The ids of the container are nobody on the host: they may not go into the store or into the folders that its volumes come from. What they are to have is mounted before root is given up.',
			'mount(8)',
			{
				object: `${rows.length} mounts`,
				action: {
					kind: 'mountTable',
					name: 'gather',
					place: 'host',
					rows: isApart ? rows : [...rows, ...last],
				},
				checks: [...(isApart ? [] : checks), ...idmapChecks(rows)],
			},
		),
		...(isApart ? [layersStep(inside, root, last, checks)] : []),
	];
	if (files.length > 0) steps.push(filesStep(input, inside, files), reachStep(input, inside, reach));
	if (input.tty) steps.push(ownTerminal(inside, input.map));
	return [...steps, ...between, enter];
}

/** The step that makes files to bind single files on, once the place is there. */
export function filesStep(input: PlanInput, inside: InsideStep, files: readonly StagedSource[]): StepInside {
	const {gathered} = containerPaths(input);
	return inside(
		'mounts.gatherFiles',
		'make files to bind the single files on',
		'A file can only be bound on a file.',
		'sh(1)',
		{action: {kind: 'touch', paths: files.map(({name}) => `${gathered}/${name}`)}},
	);
}

/** The step after which root of the container finds the place. */
export function reachStep(input: PlanInput, inside: InsideStep, rows: readonly MountRow[]): StepInside {
	return inside(
		'mounts.reach',
		`cover ${reachedIn(input)} with that place`,
		`In this mount namespace alone: everybody can reach ${reachedIn(input)}, and the host's is not touched.`,
		'mount(8)',
		{action: {kind: 'mountTable', name: 'reach', place: 'host', rows}},
	);
}

/** The step that makes a terminal open for root of the container, who is a user of its own on the host. */
function ownTerminal(inside: InsideStep, map: RangeMap): Step {
	return inside(
		'mounts.ownTerminal',
		'give the terminal to root of the container',
		'It belongs to root of the host, who made it, and would open for no other user.',
		'chown(1)',
		{
			action: {
				kind: 'run',
				tool: 'chown',
				args: [mappedRoot(map).join(':'), '/proc/self/fd/5'],
				place: 'host',
			},
		},
	);
}

/** The step that mounts layers whose paths are relative to the folder of them all. */
function layersStep(
	inside: InsideStep,
	{root: {row, cwd}}: GatheredRoot,
	last: readonly MountRow[],
	checks: Step['checks'],
): Step {
	return inside(
		'mounts.layers',
		'mount the layers of the image as one tree',
		'All paths of so many layers are longer than the one page of options that mount(2) takes. They are relative to the folder with the layers.',
		'mount(8)',
		{
			action: {
				kind: 'mountTable',
				name: 'layers',
				place: 'host',
				rows: [row, ...last],
				...(cwd === undefined ? {} : {cwd}),
			},
			checks,
		},
	);
}

/** The rows of the place where all is gathered: what `root` has, the toolbox, the container's state folder, and the folders to bind from. */
export function gatherRows(
	input: PlanInput,
	map: RangeMap,
	{toolbox, conf, staged}: Taken,
	root: readonly MountRow[],
): readonly MountRow[] {
	const {gathered} = containerPaths(input);
	const [uid, gid] = mappedRoot(map);
	const on = (source: string, name: string, options: readonly string[], why: string): MountRow => ({
		source,
		target: `${gathered}/${name}`,
		type: 'none',
		options: [...options, 'X-mount.mkdir'],
		why,
	});
	return [
		{
			// libmount considers mounts with the same source and type equal. With the source `tmpfs` it would take the host's
			// tmpfs on /tmp for this mount.
			source: 'gather',
			target: gathered,
			type: 'tmpfs',
			options: ['nosuid', 'nodev', 'mode=755', `uid=${uid}`, `gid=${gid}`, 'size=64k'].concat(
				input.extras.bundle === undefined ? [] : ['X-mount.mkdir'],
			),
			why: 'the place where it is gathered',
		},
		...root,
		on(toolbox, 'tools', ['bind', 'ro', 'nosuid', 'nodev'], "the host's tools, read-only"),
		on(conf, 'conf', ['bind', 'ro', 'nosuid', 'nodev', 'noexec'], 'the mount tables'),
		...staged
			.filter(({kind}) => kind === 'folder')
			.map(each =>
				on(
					each.real,
					each.name,
					[each.recursive ? 'rbind' : 'bind', ...idmapOption(each.idmap)],
					'a folder to bind from',
				),
			),
	];
}

/** The rows that bind single files, on files that were made for them, and then cover {@link reachedIn} with all that is gathered. */
export function reachRows(input: PlanInput, files: readonly StagedSource[]): readonly MountRow[] {
	const {gathered} = containerPaths(input);
	return [
		...files.map(
			({real, name, idmap}): MountRow => ({
				source: real,
				target: `${gathered}/${name}`,
				type: 'none',
				options: ['bind', ...idmapOption(idmap)],
				why: 'a file to bind from',
			}),
		),
		{
			source: gathered,
			target: reachedIn(input),
			type: 'none',
			options: ['rbind'],
			why: 'where root of the container finds all that',
		},
	];
}

/** An old mount(8) silently ignores `X-mount.idmap`, so the container side reads it back. */
function idmapChecks(rows: readonly MountRow[]): Step['checks'] {
	return rows
		.filter(({options}) => options.some(option => option.startsWith('X-mount.idmap=')))
		.map(({target}) => ({kind: 'readBack', path: target, equals: 'idmapped'}));
}

/** The files that container root reads: its scripts and mount tables. The seccomp filter's file is already readable. */
function readInside(input: PlanInput, {staged}: Taken): readonly string[] {
	return [
		'init.sh',
		...(input.extras.root === 'chroot' ? ['inside.sh'] : []),
		'before.fstab',
		...(staged.some(({kind}) => kind === 'file') ? ['sources.fstab'] : []),
		...(hideRows(input).length > 0 ? ['hide.fstab'] : []),
		'after.fstab',
	];
}

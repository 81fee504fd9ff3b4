import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, outsideId, type RangeMap} from '../../host/id-map.ts';
import type {OciDevice} from '../../oci/config.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {containerPaths, type PlanInput, stage} from '../input/input.ts';

const usual = (name: string, major: number, minor: number): OciDevice => ({
	path: `/dev/${name}`,
	type: 'c',
	major,
	minor,
	mode: 0o666,
	uid: 0,
	gid: 0,
});

/** config-linux.md, "Default Devices", without /dev/console and /dev/ptmx. */
const defaults: readonly OciDevice[] = [
	usual('null', 1, 3),
	usual('zero', 1, 5),
	usual('full', 1, 7),
	usual('random', 1, 8),
	usual('urandom', 1, 9),
	usual('tty', 5, 0),
];

/** config.md of the runtime-spec, "Linux Runtime": the links of /dev. */
const links = [
	{path: '/dev/fd', to: '/proc/self/fd'},
	{path: '/dev/stdin', to: '/proc/self/fd/0'},
	{path: '/dev/stdout', to: '/proc/self/fd/1'},
	{path: '/dev/stderr', to: '/proc/self/fd/2'},
] as const;

/** The name on the stage of the folder with the nodes that root of the host has made. */
export const nodesFolder = 'nodes';

/** Whether the host's own /dev is bound over that of the container. */
export function hasDevOfHost({config}: PlanInput): boolean {
	return config.mounts.some(({destination, type}) => destination === '/dev' && type === 'bind');
}

function devicesOf(input: PlanInput): readonly OciDevice[] {
	if (hasDevOfHost(input)) return [];
	const {devices = []} = input.config.linux;
	const own = new Set(devices.map(({path}) => path));
	return [...defaults.filter(({path}) => !own.has(path)), ...devices];
}

/** Whether nodes are bound: the kernel lets nobody in a user namespace make one that opens. FIFOs are no devices. */
function isBound({map, extras}: PlanInput, {type}: OciDevice): boolean {
	return type !== 'p' && (isRange(map) || extras.bundle?.isNested === true);
}

/** Whether root of the host makes the nodes before the user namespace is entered. */
export function makesOwnNodes(input: PlanInput): boolean {
	return isRange(input.map) && input.extras.bundle?.isNested === false && !hasDevOfHost(input);
}

/** The step of root of the host that makes the nodes which are bound later. Their owners are ids of the container. */
export function ownNodes(input: PlanInput, inside: InsideStep, map: RangeMap): readonly Step[] {
	if (!makesOwnNodes(input)) return [];
	const folder = `${containerPaths(input).gathered}/${nodesFolder}`;
	const bound = devicesOf(input).filter(each => isBound(input, each));
	return [
		inside(
			'mounts.ownNodes',
			`make ${bound.length} device nodes to bind from`,
			'A node that was made in a user namespace does not open, not even for its root. These are made before.',
			'mknod(1)',
			{
				object: `${bound.length} device nodes`,
				action: {
					kind: 'makeDevices',
					devices: bound.map((device, at) => ({
						...device,
						path: `${folder}/n${at}`,
						uid: outsideId(map.uids, device.uid) ?? 0,
						gid: outsideId(map.gids, device.gid) ?? 0,
					})),
					links: [],
				},
			},
		),
	];
}

/**
 * The rows that bind device nodes, where none can be made.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a device that is not below /dev of the host.
 */
export function deviceRows(input: PlanInput): readonly MountRow[] {
	const isOwn = makesOwnNodes(input);
	return devicesOf(input)
		.filter(each => isBound(input, each))
		.map(({path}, at): MountRow => {
			if (!isOwn && !path.startsWith('/dev/'))
				throw new TsboxError('E_HOST_UNSUPPORTED', `the device ${path} cannot be made`, {
					why: 'in a user namespace only nodes of /dev of the host can be had, by their names there',
					hint: 'name it below /dev, or take it out of linux.devices',
				});
			return {
				source: isOwn ? `${stage}/${nodesFolder}/n${at}` : `${stage}${path}`,
				target: path,
				type: 'none',
				options: ['bind', 'x-tsbox.file'],
				why: 'a device',
			};
		});
}

/** The step that makes the nodes that are not bound, and the links of /dev. */
export function deviceNodes(input: PlanInput, inside: InsideStep): readonly Step[] {
	if (hasDevOfHost(input)) return [];
	const made = devicesOf(input).filter(each => !isBound(input, each));
	const hasPts = input.config.mounts.some(({destination, type}) => destination === '/dev/pts' && type === 'devpts');
	const what = made.length === 0 ? 'the links of /dev' : `${made.length} device nodes`;
	return [
		inside(
			'mounts.nodes',
			`make ${what}`,
			made.length === 0
				? 'Programs open /dev/stdout and /dev/fd/0 by these names.'
				: 'A node is a name for a device of the kernel. Which of them open is for the device list of the cgroup to say.',
			made.length === 0 ? 'ln(1)' : 'mknod(1)',
			{
				object: what,
				action: {
					kind: 'makeDevices',
					devices: made,
					links: [...links, ...(hasPts ? [{path: '/dev/ptmx', to: 'pts/ptmx'}] : [])],
				},
			},
		),
	];
}

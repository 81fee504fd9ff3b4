import type {OciMount} from '../../oci/config.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {isInUserNamespace, type PlanInput, stage} from '../input/input.ts';
import {deviceRows} from './bundle-devices.ts';
import {overlayRow} from './overlay-rows.ts';
import {kernelPathRows} from '../mounts/kernel-path-rows.ts';
import {type StagedSource, stagedAt} from '../mounts/staged-sources.ts';

/** Whether a mount is made while the host is still visible: the kernel's files and a /dev of its own, which the stage lies on. */
function isFirst({destination, type}: OciMount): boolean {
	return (
		(destination === '/proc' && type === 'proc') || (destination === '/dev' && (type === 'tmpfs' || type === 'bind'))
	);
}

/** Where a mount of a bundle lands, without the symlinks of the root filesystem. */
export function targetOf({extras}: PlanInput, destination: string): string {
	return extras.bundle?.targets[destination] ?? destination;
}

/** Flags that hold for all mounts below a bind mount too, and the attributes of mount_setattr(2) that they set or clear. */
export const recursiveOptions: Readonly<Record<string, readonly [set: number, clear: number]>> = {
	rro: [0x1, 0],
	rrw: [0, 0x1],
	rnosuid: [0x2, 0],
	rsuid: [0, 0x2],
	rnodev: [0x4, 0],
	rdev: [0, 0x4],
	rnoexec: [0x8, 0],
	rexec: [0, 0x8],
	rnodiratime: [0x80, 0],
	rdiratime: [0, 0x80],
	rrelatime: [0, 0x70],
	rnoatime: [0x10, 0x70],
	rstrictatime: [0x20, 0x70],
	// The kernel keeps one of the three, and relatime is the one of zero.
	ratime: [0, 0x70],
	rnorelatime: [0, 0x70],
	rnostrictatime: [0, 0x70],
	rnosymfollow: [0x200000, 0],
	rsymfollow: [0, 0x200000],
};

/** The options of a mount as a row has them: those for all mounts below become one that the executor of calls knows. */
function rowOptions(options: readonly string[]): readonly string[] {
	let [set, clear] = [0, 0];
	for (const option of options) {
		const [sets, clears] = recursiveOptions[option] ?? [0, 0];
		set = (set & ~clears) | sets;
		clear |= clears;
	}
	const plain = options.filter(
		option => recursiveOptions[option] === undefined && !['tmpcopyup', 'idmap', 'ridmap'].includes(option),
	);
	return [
		...plain,
		...(set === 0 && clear === 0 ? [] : [`x-tsbox.setattr=${set}:${clear}`]),
		...(options.includes('tmpcopyup') ? ['x-tsbox.copyup'] : []),
	];
}

/** A new tmpfs has the mode of the folder that it covers, unless the configuration names one. */
function modeOption({type, options}: OciMount): readonly string[] {
	return type === 'tmpfs' && options.every(option => !option.startsWith('mode=')) ? ['x-tsbox.mode'] : [];
}

/** What the kernel lets no user namespace change on a mount of the host: mount_namespaces(7), "Restrictions on mount namespaces". */
const accessTime = /^(no|rel|strict)?atime$/;

function bindRow(input: PlanInput, mount: OciMount, staged: readonly StagedSource[]): MountRow {
	const {kind, locked = []} = input.sources[mount.source] ?? {};
	const isLocked = isInUserNamespace(input);
	const options = rowOptions(mount.options).filter(option => !isLocked || !accessTime.test(option));
	return {
		source: stagedAt(input, mount, staged),
		target: targetOf(input, mount.destination),
		type: 'none',
		options: [
			...options,
			// In a user namespace the kernel refuses a remount without them: mount_namespaces(7).
			...(isLocked ? locked.filter(flag => !options.includes(flag)) : []),
			kind === 'file' ? 'x-tsbox.file' : 'X-mount.mkdir',
		],
		why: 'a path of the host',
	};
}

/** The control groups of the container: a filesystem of its own namespace, or the folders of the host's. */
function cgroupRows(input: PlanInput, mount: OciMount, groups: readonly StagedSource[]): readonly MountRow[] {
	const target = targetOf(input, mount.destination);
	const {layout, v1} = input.facts.cgroup;
	const options = mount.options.filter(option => !/^r?(private|slave|shared)$/.test(option) && option !== 'rw');
	const why = "the container's own part of the control groups";
	if (layout === 'none') return [];
	const own = input.config.linux.namespaces.some(({type}) => type === 'cgroup');
	if (layout === 'v2')
		return [
			own
				? {source: 'cgroup', target, type: 'cgroup2', options: [...options, 'X-mount.mkdir'], why}
				: {
						source: `${stage}/${groups[0]?.name ?? ''}`,
						target,
						type: 'none',
						options: ['bind', ...options, 'X-mount.mkdir'],
						why,
					},
		];
	const flags = options.filter(option => option !== 'ro' && option !== 'relatime');
	const folders = [...new Set(Object.entries(v1).map(([controller, path]) => path.split('/').at(-1) ?? controller))];
	const links = Object.keys(v1).filter(controller => !folders.includes(controller) && !controller.includes('='));
	const isReadonly = options.includes('ro');
	return [
		{
			source: 'tmpfs',
			target,
			type: 'tmpfs',
			options: [...flags, 'mode=755', 'size=64k', 'X-mount.mkdir'],
			why: 'a folder for each hierarchy of control groups',
		},
		...groups.map(({name, real}) => ({
			source: own ? 'cgroup' : `${stage}/${name}`,
			target: `${target}/${hierarchyOf(input, real)}`,
			type: own ? (hierarchyOf(input, real) === 'unified' ? 'cgroup2' : 'cgroup') : 'none',
			options: [
				...(own ? hierarchyOptions(hierarchyOf(input, real)) : ['bind']),
				...options,
				'X-mount.mkdir',
				...(name === groups.at(-1)?.name
					? links.map(link => `x-tsbox.link=${linkTo(v1[link])}:${target}/${link}`)
					: []),
			],
			why,
		})),
		...(isReadonly
			? [
					{
						source: 'tmpfs',
						target,
						type: 'none',
						options: ['remount', 'bind', ...flags, 'ro'],
						why: 'read-only, as it is asked for',
					},
				]
			: []),
	];
}

function linkTo(path: string | undefined): string {
	return path?.split('/').at(-1) ?? '';
}

function hierarchyOptions(folder: string): readonly string[] {
	if (folder === 'unified') return [];
	return folder === 'systemd' ? ['none', 'name=systemd'] : folder.split(',');
}

/** The name of the folder of a hierarchy: `cpu,cpuacct`, `unified`. */
function hierarchyOf({facts, config}: PlanInput, real: string): string {
	const mount = real.slice(0, real.length - config.linux.cgroupsPath.length);
	return mount === facts.cgroup.unified ? (mount.split('/').at(-1) ?? 'unified') : (mount.split('/').at(-1) ?? '');
}

/** The rows to mount inside the new root, in the order of the configuration, and then what hides paths of the kernel. */
export function bundleRows(
	input: PlanInput,
	staged: readonly StagedSource[],
	groups: readonly StagedSource[],
): readonly MountRow[] {
	const rows = input.config.mounts
		.filter(mount => !isFirst(mount))
		.flatMap((mount): readonly MountRow[] => {
			if (mount.type === 'bind') return [bindRow(input, mount, staged)];
			if (mount.type === 'overlay') return [overlayRow(input, mount, targetOf(input, mount.destination))];
			if (mount.type === 'cgroup' || mount.type === 'cgroup2') return cgroupRows(input, mount, groups);
			return [
				{
					source: mount.source,
					target: targetOf(input, mount.destination),
					type: mount.type,
					options: [...rowOptions(mount.options), ...modeOption(mount), 'X-mount.mkdir'],
					why: 'as the configuration asks',
				},
			];
		});
	return [...rows, ...deviceRows(input), ...pathRows(input)];
}

/** Rows that hide and write-protect paths. What lies in a hidden folder is hidden with it. */
function pathRows(input: PlanInput): readonly MountRow[] {
	const rows = kernelPathRows(input);
	const hidden = rows.filter(({type}) => type === 'tmpfs').map(({target}) => `${target}/`);
	return rows
		.filter(({target}) => !hidden.some(folder => target.startsWith(folder)))
		.flatMap(row =>
			row.source !== row.target || /^\/(proc|sys)\//.test(row.target)
				? [row]
				: // Programs of the root filesystem still run: only the flags that are there already stay.
					[
						{...row, options: ['bind']},
						{...row, options: ['remount', 'bind', 'ro']},
					],
		);
}

import type {OciMount} from '../../oci/config.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {PlanInput} from '../input/input.ts';
import {isOutOfReach} from './kernel-path-rows.ts';

/** The rows of the cgroup filesystem: one mount on v2, a folder for each joined hierarchy on v1. */
export function cgroupRows(input: PlanInput, mount: OciMount, controllers: readonly string[]): readonly MountRow[] {
	const {layout} = input.facts.cgroup;
	// Below a /sys that is empty.
	const point = input.config.mounts.some(each => isOutOfReach(input, each)) ? ['X-mount.mkdir'] : [];
	const options = mount.options;
	const why = "the container's own part of the cgroup tree, to read its limits";
	if (layout === 'none' || controllers.length === 0) return [];
	if (layout === 'v2')
		return [{source: 'cgroup2', target: mount.destination, type: 'cgroup2', options: [...options, ...point], why}];
	const v1 = controllers.filter(controller => controller !== '');
	return [
		{
			source: 'tmpfs',
			target: mount.destination,
			type: 'tmpfs',
			// One inode for the tmpfs itself and one per folder, so that nothing else can be created. This saves a second mount(8)
			// to make the tmpfs `ro`.
			options: ['nosuid', 'noexec', 'nodev', 'mode=755', 'size=4k', `nr_inodes=${1 + controllers.length}`, ...point],
			why: 'a folder for each cgroup hierarchy',
		},
		...v1.map(controller => {
			const folder = input.facts.cgroup.v1[controller]?.split('/').at(-1) ?? controller;
			return {
				source: 'cgroup',
				target: `${mount.destination}/${folder}`,
				type: 'cgroup',
				options: [...options, ...folder.split(','), 'X-mount.mkdir'],
				why,
			};
		}),
		...(controllers.includes('')
			? [
					{
						source: 'cgroup2',
						target: `${mount.destination}/unified`,
						type: 'cgroup2',
						options: [...options, 'X-mount.mkdir'],
						why,
					},
				]
			: []),
	];
}

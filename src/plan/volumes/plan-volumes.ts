import {isRange, mappedRoot} from '../../host/id-map.ts';
import {lowerFolders} from '../../image/store/facts.ts';
import {volumeData, volumeFolder} from '../../state/volume.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {filesystemSteps} from './filesystem-step.ts';
import {isRootless, type PlanInput, type VolumeInput} from '../input/input.ts';

/** The id of the step that makes a volume. The step that fills it has the same id with `.copy` appended. */
export function volumeStepId(name: string): string {
	return `volume.${name}`;
}

/** The host uid of container root, which owns the volume's files. */
function rootOf({map, facts}: PlanInput): number {
	return map === null ? facts.user.uid : mappedRoot(map)[0];
}

/** The steps that make and fill each named volume once, before the first mount. */
export function planVolumes(input: PlanInput): readonly Step[] {
	const first = input.volumes.filter(
		({mount}, at) => input.volumes.findIndex(other => other.mount.volume.name === mount.volume.name) === at,
	);
	return first.flatMap(each => [
		makeStep(input, each),
		...filesystemSteps(input, each),
		...fillSteps(input, each.mount.volume.name),
	]);
}

function makeStep(input: PlanInput, {mount: {volume}}: VolumeInput): Step {
	const {store} = input.folders;
	const {name, key, project, labels, container, owner} = volume;
	const data = volumeData(store, name);
	const external = project === null;
	return {
		id: volumeStepId(name),
		phase: 'rootfs',
		side: 'before',
		title: external ? `see that the volume ${name} is there` : `make the volume ${name}, if it is not there`,
		why: external
			? 'It is external: others make and remove it.'
			: container !== undefined
				? 'The image declares it, and the spec mounts nothing there. It stays while the container does, also from one start to the next.'
				: 'A named volume outlives the containers that mount it. It appears whole, by a rename, so that of two starts at once one makes it.',
		man: 'mkdir(1)',
		object: `folder ${data}`,
		action: {
			kind: 'makeVolume',
			store,
			name,
			record: external
				? null
				: {
						schema: 1,
						name,
						project,
						volume: key,
						labels,
						root: rootOf(input),
						...(container === undefined ? {} : {container}),
						...(owner === undefined ? {} : {owner}),
					},
			...(isRange(input.map) ? {owner: mappedRoot(input.map)} : {}),
		},
		undo: {
			kind: 'none',
			reason: external
				? 'others make and remove it'
				: container === undefined
					? 'it stays for the next start; `tsbox down -v` removes it'
					: 'it stays for the next start; `tsbox down -v` and `tsbox rm -v` remove it, and so does the end in the foreground',
		},
		checks: [{kind: 'folder', path: data}],
	};
}

/** The step that fills an empty volume from the image. `rootfs: host` has no image, and one without layers no files. */
function fillSteps(input: PlanInput, name: string): readonly Step[] {
	const {image, map, folders} = input;
	const filled = input.volumes.find(({mount}) => mount.volume.name === name && !mount.nocopy)?.mount;
	if (filled === undefined || image.kind === 'host' || lowerFolders(image).length === 0) return [];
	return [
		{
			id: `${volumeStepId(name)}.copy`,
			phase: 'rootfs',
			side: 'before',
			title: `copy what the image has at ${filled.target} into it, if it is empty`,
			why: 'The volume will cover the folder of the image, so it begins with what is there, owners and modes as they are. A tar that has the image for its root reads, another that is locked into the volume writes: a link in the image leads nowhere else. Device nodes are left out.',
			man: 'tar(1)',
			object: null,
			action: {
				kind: 'fillVolume',
				image: lowerFolders(image),
				...(image.kind === 'image' && isRootless(input) ? {userxattr: true as const} : {}),
				target: filled.target,
				volume: volumeFolder(folders.store, name),
				...(image.kind !== 'directory' && image.ids !== undefined ? {readIds: image.ids} : {}),
				...(isRange(map) ? {ids: map} : {}),
			},
			undo: {kind: 'none', reason: 'what is in a volume stays; a copy that was cut short is made again'},
			checks: [],
		},
	];
}

/** Whether a plan makes anonymous volumes, which end with a container in the foreground. */
export function hasOwnVolumes({steps}: Pick<Plan, 'steps'>): boolean {
	return steps.some(({action}) => action.kind === 'makeVolume' && action.record?.container !== undefined);
}

/** Warns about volumes that another project made, or that belong to other ids. */
export function volumeWarnings(input: PlanInput): readonly string[] {
	const root = rootOf(input);
	return input.volumes.flatMap(({mount: {volume}, record}) => {
		if (record === undefined) return [];
		const owner =
			record.root === null || record.root === root
				? []
				: [
						`the volume ${volume.name} was made for containers whose root is uid ${record.root} on the host; in this container root is uid ${root}, and the volume's files keep their owners`,
					];
		const strange =
			volume.project === null || record.project === volume.project
				? []
				: [
						`the volume ${volume.name} was made by ${record.project === null ? 'hand' : `the project ${record.project}`}: \`down -v\` of ${volume.project} leaves it; say so with \`external: true\``,
					];
		return [...owner, ...strange];
	});
}

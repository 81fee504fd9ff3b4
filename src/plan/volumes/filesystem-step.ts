import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {filesystemFolder} from '../../state/volume.ts';
import {mountinfoWord} from '../../step/verbs/mounts.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {PlanInput, VolumeInput} from '../input/input.ts';

/**
 * The step that mounts the file system of a volume, if no other container has, and takes it away with the last one that uses it. It is mounted
 * on the host: a network file system reaches its server from there.
 */
export function filesystemSteps({folders, extras}: PlanInput, {mount: {volume}}: VolumeInput): readonly Step[] {
	const {name, key, filesystem} = volume;
	if (filesystem === undefined) return [];
	const {type, device, options} = filesystem;
	const folder = filesystemFolder(folders.state, name);
	const lock = `${folders.state}/mounts/.lock`;
	const place = `${folder}/fs`;
	const isThere = `grep -qF ${shellWord(` ${mountinfoWord(place)} `)} /proc/self/mountinfo`;
	const user = shellWord(`${folder}/users/${extras.name}`);
	return [
		{
			id: `volume.${name}.mount`,
			phase: 'rootfs',
			side: 'before',
			title: `mount ${device}, the ${type} file system of the volume ${key}, if it is not there`,
			why: 'It is mounted once for all containers that use the volume, on the host: a server is reached from there. A file for each of them says who they are.',
			man: 'mount(8)',
			object: `mount ${place}`,
			action: {
				kind: 'hostScript',
				lock,
				lines: [
					`mkdir -p ${shellCommand([place, `${folder}/users`])}`,
					`: > ${user}`,
					`${isThere} || mount ${shellCommand([
						'-i',
						'-n',
						'-t',
						type,
						...(options.length === 0 ? [] : ['-o', options.join(',')]),
						'--',
						device,
						place,
					])}`,
				],
			},
			undo: {
				kind: 'undoScript',
				lock,
				lines: [
					`rm -f ${user}`,
					`if [ -d ${shellWord(folder)} ] && [ -z "$(ls ${shellWord(`${folder}/users`)} 2>/dev/null)" ]; then`,
					// What still runs in it keeps it from going at once.
					`	! ${isThere} || umount -i -n ${shellWord(place)} || umount -i -n -l ${shellWord(place)}`,
					`	rmdir ${shellCommand([place, `${folder}/users`, folder])}`,
					'fi',
				],
			},
			checks: [{kind: 'folder', path: place}],
		},
	];
}

import {lowerOption} from '../../host/programs/lower-option.ts';
import type {VolumeFill} from '../../image/volume/fill-volume.ts';
import {inNamespace} from './image.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {asFunction, type HostVerb, needsNothing} from './verb.ts';

/** The record of a named volume without its creation time, because a plan has no clock. */
export interface NewVolume {
	readonly schema: 1;
	readonly name: string;
	/** The project that made the volume and removes it with `down -v`; null if `volume create` made it. */
	readonly project: string | null;
	/** The key of the volume in the spec of that project; null as for `project`. */
	readonly volume: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** The host uid of the container root that it was made for, whose id map its files have; null as for `project`. */
	readonly root: number | null;
	/** The container that an anonymous volume belongs to. Other volumes have none. */
	readonly container?: string;
	/** The process of `verify` that it ends with, in the form of ownerName() of image/. Other volumes stay. */
	readonly owner?: string;
}

/** Makes a named volume if it is missing; without a record it must exist. An empty volume gets `owner`. */
export interface MakeVolumeAction {
	readonly kind: 'makeVolume';
	readonly store: string;
	readonly name: string;
	readonly record: NewVolume | null;
	readonly owner?: readonly [uid: number, gid: number];
}

export const makeVolume: HostVerb<MakeVolumeAction> = {
	shown: ({store, name, record, owner}) => {
		const data = shellWord(`${store}/volumes/${name}/_data`);
		return record === null
			? [`test -d ${data}`]
			: [
					`mkdir -p -m 755 ${data}`,
					...(owner === undefined ? [] : [`chown ${owner.join(':')} ${data}`]),
					`echo ${shellWord(JSON.stringify(record))} > ${shellWord(`${store}/volumes/${name}/record.json`)}`,
				];
	},
	needs: needsNothing,
	hostLines: volumeLines,
};

/** A makeVolume action as lines of a compiled script. makeVolume of state/ does the same in TypeScript. */
function volumeLines({store, name, record, owner}: MakeVolumeAction): readonly string[] {
	const folder = shellWord(`${store}/volumes/${name}`);
	const data = shellWord(`${store}/volumes/${name}/_data`);
	const give =
		owner === undefined
			? []
			: [
					'# Root of a user namespace could not write into a folder of another one.',
					`[ -n "$(ls -A ${data})" ] || run chown ${owner.join(':')} ${data}`,
				];
	if (record === null)
		return [
			`[ -d ${data} ] || failed 125 ${shellWord(`there is no volume ${name}`)} 'it is external: others make it' ${shellWord(`make it with \`tsbox volume create ${name}\``)}`,
			...give,
		];
	const head = `${JSON.stringify(record).slice(0, -1)},"created":`;
	return [
		`if [ ! -d ${data} ]; then`,
		'	# Named after this process and its start time: what a kill leaves is swept up by that.',
		`	work=${shellWord(`${store}/tmp/`)}$$-$own_start-volume`,
		`	(umask 077; mkdir -p ${shellWord(`${store}/tmp`)} ${shellWord(`${store}/volumes`)} && mkdir "$work") || broken`,
		'	run mkdir -m 0755 "$work/_data"',
		`	printf '%s%s000}\\n' ${shellWord(head)} "$(date +%s)" > "$work/record.json" || broken`,
		'	# Whole or not at all: the kernel lets one of several do that.',
		`	mv -T "$work" ${folder} 2>/dev/null || rm -rf "$work"`,
		'fi',
		...give,
	];
}

/** Copies what an image has at a path into an empty volume. For the owners, see image/volume/fill-volume.ts. */
export type FillVolumeAction = {readonly kind: 'fillVolume'} & VolumeFill;

/** The line that shows several layers as one tree. */
function mergedLines(image: readonly string[], userxattr: boolean | undefined): readonly string[] {
	if (image.length === 1) return [];
	const flags = ['ro', ...(userxattr === true ? ['userxattr'] : [])];
	const {option, cwd} = lowerOption(image, flags);
	return [
		`${cwd === undefined ? '' : `cd ${shellWord(cwd)} && `}mount -t overlay overlay -o ${shellWord([...flags, option].join(','))} "$image" &&`,
	];
}

export const fillVolume: HostVerb<FillVolumeAction> = {
	shown: ({readIds, ids, image, userxattr, target, volume}) => [
		...mergedLines(image, userxattr),
		`${inNamespace(readIds)}chroot ${image.length === 1 ? shellWord(image[0] ?? '') : '"$image"'} tar -C ${shellWord(target)} -cf - . |`,
		`    ${inNamespace(ids)}tar -xpf - -C ${shellWord(`${volume}/_data`)}`,
	],
	needs: () => ({tools: ['tar']}),
	hostLines: (action, _, store) => asFunction('fill', store.fill(action)),
};

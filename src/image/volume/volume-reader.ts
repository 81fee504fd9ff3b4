import type {HostFacts} from '../../host/facts.ts';
import {lowerOption} from '../../host/programs/lower-option.ts';
import {extraction} from '../archive/extraction.ts';
import {hostWords, type JailedTool, type JailMount, jail, jailCommand, quoted, toolboxWords} from '../archive/jail.ts';
import type {VolumeFill} from './fill-volume.ts';

/**
 * The tool that packs a folder of its root as a tar on stdout. The tar is empty when the folder is missing or a symlink, which a mount
 * would refuse too. All path lookups stay inside the root. The script finds device nodes first and leaves them out: no process could
 * open them on the volume, and root of a user namespace cannot create any. It misses only device names with a line break.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED without tar.
 */
function readerTool(facts: HostFacts, target: string): JailedTool {
	const tar = toolboxWords(facts, 'tar').map(quoted).join(' ');
	const folder = quoted(target);
	const attributes = '--xattrs --xattrs-include=security.capability --xattrs-include=user.\\*';
	const script = [
		'devices() {',
		'for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do',
		'if [ -h "$each" ]; then :; elif [ -d "$each" ]; then devices "$each"',
		`elif [ -b "$each" ] || [ -c "$each" ]; then rest=\${each#"$top"}; printf '.%s\\n' "$rest"; fi`,
		'done',
		'}',
		`top=${folder}`,
		`if [ -d ${folder} ] && [ ! -h ${folder} ]; then`,
		`devices ${folder} | ${tar} --numeric-owner --sparse ${attributes} --no-wildcards --anchored -X - -C ${folder} -cf - .`,
		`else printf '' | ${tar} -cf - -T -; fi`,
	].join('\n');
	return {tool: 'sh', args: ['-c', script], capabilities: ['dac_read_search'], keepFolder: true};
}

/** The jailed tool that packs the folder of an image from which a volume is filled, and the folder for its jail. */
export function volumeReader(
	facts: HostFacts,
	{image, target, volume, userxattr}: VolumeFill,
): {readonly tool: JailedTool; readonly folder: string} {
	const tool = readerTool(facts, target);
	const [first = volume, ...others] = image;
	if (others.length === 0) return {tool, folder: first};
	const flags = ['ro', ...(userxattr === true ? ['userxattr'] : [])];
	const {option, ...rest} = lowerOption(image, flags);
	const mount: JailMount = {type: 'overlay', source: 'overlay', options: [...flags, option], below: '', ...rest};
	// Any folder that is no layer will do: the jail covers it, in a mount namespace of its own.
	return {tool: {...tool, mounts: [mount]}, folder: volume};
}

/** The same as `fillVolume` in lines of sh, for a script; they are the body of a function. */
export function fillVolumeScript(facts: HostFacts, fill: VolumeFill, toolbox: string): readonly string[] {
	const {target, volume, readIds, ids} = fill;
	const {tool, folder} = volumeReader(facts, fill);
	const at = (name: string): string => quoted(`${volume}/${name}`);
	const flock = facts.tools.flock === null ? [] : [`${hostWords(facts, 'flock').map(quoted).join(' ')} 7 || exit 125`];
	return [
		'# shellcheck disable=SC2016',
		'(',
		...flock,
		`[ -e ${at('copying')} ] || [ -z "$(ls -A ${at('_data')})" ] || exit 0`,
		`: > ${at('copying')} || exit 125`,
		'# A pipe returns the status of its last command alone; here both must succeed.',
		'# Status 1 means that a file changed meanwhile.',
		`read_all() { ${jailCommand(jail(facts, tool, toolbox, readIds))} ${quoted(folder)} </dev/null 2>${at('said')} || [ $? = 1 ]; }`,
		`write_all() { ${jailCommand(jail(facts, extraction(facts, ids, 'part'), toolbox, ids))} ${at('_data')} >&2; }`,
		'status=$({ { read_all && echo 0 >&3; } | { write_all && echo 0 >&3; }; } 3>&1)',
		'# The reader prints a warning because its working directory has no path, so stderr is shown only after a failure.',
		`[ "$status" = "$(printf '0\\n0')" ] || { cat ${at('said')} >&2; echo ${quoted(`${target} of the image could not be copied`)} >&2; exit 125; }`,
		`rm ${at('copying')} ${at('said')}`,
		`) 7> ${at('lock')}`,
	];
}

import {type Blank, idMapFolder, idMapPrograms} from '../../host/programs/sealed-tools.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {asFunction, type HostVerb, needsNothing} from './verb.ts';

/**
 * Copies the host tools that set up containers into one folder of the store, and blanks the paths of files that the
 * copies would read from the container: host/programs/sealed-tools.ts.
 */
export interface CopyToolsAction {
	readonly kind: 'copyTools';
	readonly files: readonly string[];
	readonly store: string;
	readonly to: string;
}

export const copyTools: HostVerb<CopyToolsAction> = {
	shown: ({to, files}) => [
		`cp --parents -t ${shellWord(to)} ${shellCommand(files)}`,
		'# and in the copies of ld.so and libc.so the names of the files that they read from the root are made empty',
		`# and ${Object.keys(idMapPrograms).join(' and ')} for root are two scripts that write /proc/PID/uid_map and gid_map`,
	],
	needs: needsNothing,
	hostLines: (action, _, {blanks}) => asFunction('seal', sealLines(action, blanks)),
};

/**
 * Lines of sh that make the toolbox if it is missing, as sealTools of host/ does. They fail if a file has changed since
 * the script was made, because its paths would be at other offsets.
 */
function sealLines({files, to, store}: CopyToolsAction, blanks: readonly Blank[]): readonly string[] {
	const folder = to.slice(0, to.lastIndexOf('/'));
	return [
		`[ ! -d ${shellWord(to)} ] || return 0`,
		`fresh=${shellWord(to)}.new-$$`,
		`(umask 077; mkdir -p ${shellWord(store)}) && (umask 022; mkdir -p ${shellWord(folder)} "$fresh") || return 125`,
		`(umask 022; cp --parents -t "$fresh" -- ${shellCommand(files)}) || return 125`,
		'# What stands there is looked at first.',
		'blank() { # FILE OFFSET NAME BYTES',
		'\t[ "$(dd if="$fresh$1" bs=1 skip="$2" count="${#3}" 2>/dev/null)" = "$3" ] ||',
		'\t\t{ echo "$1 is not the one that this script was made for" >&2; rm -rf "$fresh"; return 1; }',
		'\t# shellcheck disable=SC2059 # its escapes are meant',
		`\tprintf "$4" | dd of="$fresh$1" bs=1 seek="$2" conv=notrunc 2>/dev/null`,
		'}',
		...blanks.map(
			({file, offset, text, put}) =>
				`blank ${shellCommand([file, String(offset), text, put === '\0' ? '\\0' : put])} || return 125`,
		),
		`(umask 022; mkdir "$fresh/${idMapFolder}") || return 125`,
		...Object.entries(idMapPrograms).map(
			([name, text]) =>
				`(umask 022; printf %s ${shellWord(text)} > "$fresh/${idMapFolder}/${name}" && chmod 755 "$fresh/${idMapFolder}/${name}") || return 125`,
		),
		`mv -T "$fresh" ${shellWord(to)} 2>/dev/null || { rm -rf "$fresh"; [ -d ${shellWord(to)} ]; }`,
	];
}

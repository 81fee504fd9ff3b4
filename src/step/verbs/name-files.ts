import {shellWord} from '../../spec/syntax/shell-words.ts';
import {subshell} from './host-script.ts';
import {asFunction, type HostVerb, needsNothing, type UndoVerb} from './verb.ts';

/** Writes the addresses of all containers of a network into the /etc/hosts of each of them. */
export interface RefreshNamesAction {
	readonly kind: 'refreshNames';
	/** The state folder. */
	readonly state: string;
	readonly lock: string;
}

/*
 * A container's folder has `hosts.own`, its own lines of /etc/hosts; `networks`, the names of its networks; and `hosts`, which is mounted in it:
 * the own lines and then all leases of its networks. The file is written in place, because a mount shows the file and not its name.
 */
const refresh = (state: string, lock: string): readonly string[] => [
	`exec 9>>${shellWord(lock)}`,
	'flock 9',
	`cd ${shellWord(state)}`,
	'for own in containers/*/hosts.own; do',
	'\t[ -e "$own" ] || continue',
	'\tfolder=${own%/hosts.own}',
	'\ttext=$(cat "$own"; while read -r net; do cat "networks/$net/leases/"* 2>/dev/null || :; done < "$folder/networks")',
	// The container can write the file: no more of it is read than should be there.
	'\t[ "$text" = "$(head -c $((${#text} + 2)) "$folder/hosts" 2>/dev/null)" ] && continue',
	// It may also keep the file as it is, by a lease or a program that runs from it, and is then left with what it has.
	'\tif printf "%s\\n" "$text" | timeout 5 dd of="$folder/hosts" bs=1M iflag=fullblock conv=notrunc 2>/dev/null; then',
	'\t\ttruncate -s $((${#text} + 1)) "$folder/hosts"',
	'\tfi',
	'done',
];

const shown = ({state}: RefreshNamesAction): readonly string[] => [
	`for own in ${shellWord(`${state}/containers`)}/*/hosts.own; do cat "$own" ${shellWord(`${state}/networks`)}/*/leases/* > "\${own%.own}"; done`,
];

export const refreshNames: HostVerb<RefreshNamesAction> & UndoVerb<RefreshNamesAction> = {
	shown,
	needs: () => ({tools: ['sh', 'flock']}),
	hostLines: ({state, lock}) => asFunction('refresh_names', [subshell(['set -e', ...refresh(state, lock)].join('\n'))]),
	undoLines: ({state, lock}) => [subshell(refresh(state, lock).join('\n'))],
};

/** A small file. */
export interface WrittenFile {
	readonly path: string;
	readonly text: string;
	readonly mode: number;
	/** Ids of the host; whoever writes it without them. */
	readonly owner?: readonly [uid: number, gid: number];
}

/** Writes small files of the container's state folder. */
export interface WriteFilesAction {
	readonly kind: 'writeFiles';
	readonly files: readonly WrittenFile[];
}

const lines = ({files}: WriteFilesAction): readonly string[] =>
	files.flatMap(({path, text, mode, owner}) => [
		`printf %s ${shellWord(text)} > ${shellWord(path)}`,
		`chmod ${mode.toString(8)} ${shellWord(path)}`,
		...(owner === undefined ? [] : [`chown ${owner.join(':')} ${shellWord(path)}`]),
	]);

export const writeFiles: HostVerb<WriteFilesAction> = {
	shown: lines,
	needs: needsNothing,
	hostLines: action => lines(action).map(line => `${line} || broken`),
};

import {smallPrograms} from '../../host/probe/minimal-root.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {roomWords} from './room-words.ts';

/** The folder in the room where the shell starts. */
export const labFolder = '/root/lab';
/** The folder of the words. /run of a room is writable also where its root is not root of the machine. */
const wordFolder = '/run/learn/bin';

/** What a shell reads that is not bash, where it sees this file. */
const startFile = '/run/learn/shrc';

/**
 * Sets the prompt of all shells in the room. It begins with OSC 133;A, by which terminals know a prompt, and says host name
 * and folder. dash knows none of the escapes of bash and busybox: as `sh` of the room it reads the start file, and in a root
 * filesystem it is only where there is no busybox.
 */
const promptLines = [
	`export PS1='\\[\\e]133;A\\a\\]\\h:\\w\\$ ' ENV=${startFile}`,
	"mark=$(printf '\\033]133;A\\007')",
	'command -v busybox >/dev/null || PS1="$mark# "',
	`printf '%s\\n' "PS1='$mark\\$PWD# '" > ${startFile}`,
];

/** Lines of sh that make a root filesystem of the machine's busybox in a new folder `rootfs`, or of its shell and some tools. */
export const rootfsLines: readonly string[] = [
	'mkdir -p rootfs/bin rootfs/dev rootfs/etc rootfs/proc rootfs/root rootfs/sys rootfs/tmp rootfs/var/readonlyfiles',
	'echo root:x:0:0:root:/root:/bin/sh > rootfs/etc/passwd',
	'echo root:x:0: > rootfs/etc/group',
	'if box=$(command -v busybox); then',
	'\tcp "$box" rootfs/bin/busybox',
	'\tfor each in $(ldd "$box" 2>/dev/null | grep -o \'/[^ )]*\'); do mkdir -p "rootfs${each%/*}"; cp -L "$each" "rootfs$each"; done',
	'\tchroot rootfs /bin/busybox --install -s /bin',
	'else',
	`\tfor tool in ${smallPrograms.join(' ')}; do`,
	'\t\tfile=$(command -v "$tool") || continue',
	'\t\tcase $file in /*) ;; *) continue ;; esac',
	'\t\tcp -L "$file" "rootfs/bin/$tool"',
	'\t\tfor each in $(ldd "$file" 2>/dev/null | grep -o \'/[^ )]*\'); do',
	'\t\t\t[ -e "rootfs$each" ] || { mkdir -p "rootfs${each%/*}"; cp -L "$each" "rootfs$each"; }',
	'\t\tdone',
	'\tdone',
	'fi',
	`cp ${wordFolder}/* rootfs/bin/`,
];

/** What a room's first process does. */
export interface RoomScript {
	readonly columns: number;
	readonly rows: number;
	/** Lines of sh that run in the lab folder before the shell. */
	readonly prepare: readonly string[];
}

/** The command of a room: it writes the words, prepares the lab folder, and starts a shell on a pty of script(1). */
export function roomCommand({columns, rows, prepare}: RoomScript): readonly string[] {
	const shell = [
		`stty rows ${rows} cols ${columns}`,
		'if command -v bash >/dev/null; then exec bash --norc --noprofile; fi',
		'if command -v busybox >/dev/null; then exec busybox sh; fi',
		'exec sh',
	].join('\n');
	const lines = [
		`mkdir -p ${wordFolder}`,
		...Object.keys(roomWords).flatMap(word => [
			`printf '%s\\n' '#!/bin/sh' ${shellWord(`printf '\\033]777;tsbox;%s\\007' "${word} $*"`)} > ${wordFolder}/${word}`,
		]),
		`chmod 755 ${wordFolder}/*`,
		`export PATH=${wordFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
		...promptLines,
		'export HISTFILE= SHELL=/bin/sh',
		`cd ${labFolder}`,
		...(prepare.length === 0 ? [] : ['{', ...prepare, '} >/dev/null 2>&1']),
		// As on any terminal, the pty echoes; without a terminal as its input, script(1) would decide by itself.
		`exec script --quiet --return --flush --echo always --command ${shellWord(shell)} /dev/null`,
	];
	return ['/bin/sh', '-c', lines.join('\n')];
}

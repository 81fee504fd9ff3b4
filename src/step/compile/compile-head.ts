import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {startAction} from '../script/launch-script.ts';
import {hostToolWords} from '../verbs/toolbox.ts';
import {cgroupMembers} from './compile-members.ts';
import type {CompileInput} from './compile-script.ts';
import {comment} from './compile-text.ts';

/** The programs that start the container, by the paths that they had when the script was made. */
export function programs({plan, facts}: CompileInput): readonly string[] {
	const start = startAction(plan);
	const named = plan.steps.flatMap(({action}) => (action.kind === 'run' ? [action.tool] : []));
	const calls = plan.executor === 'calls';
	const tools = [
		'sh',
		...(calls ? (['perl'] as const) : []),
		...(calls
			? []
			: ([
					'env',
					'setsid',
					...(start.unshare.length > 0 ? ['unshare' as const] : []),
					'mount',
					'umount',
					'setpriv',
					...(plan.steps.some(({action}) => action.kind === 'pivotRoot') ? ['pivot_root' as const] : []),
					...(plan.steps.some(({action}) => action.kind === 'chroot') ? ['chroot' as const] : []),
					...(plan.steps.some(({action}) => action.kind === 'fixAddresses') ? ['setarch' as const] : []),
				] as const)),
		...named,
	] as const;
	const paths = tools.flatMap(name => {
		const tool = facts.tools[name];
		return tool === null ? [] : [tool.path, ...(tool.loader === null ? [] : [tool.loader])];
	});
	return [...new Set(paths)];
}

/** Refuses a host on which a hierarchy is not mounted: a write there would make a plain file that limits nothing. */
function hierarchies(input: CompileInput): readonly string[] {
	const mounts = hierarchiesOf(input);
	return mounts.length === 0 ? [] : [`need_hierarchies ${shellCommand(mounts)}`];
}

/** The folders of the cgroup hierarchies that the container is in. */
export function hierarchiesOf({plan}: CompileInput): readonly string[] {
	return cgroupMembers(plan).map(member => member.path.slice(0, -member.cgroup.length));
}

/** Lines that give descriptors their place; the descriptors of the shell are not those of the container. */
export const descriptorLines: readonly string[] = [
	'set -f',
	'[ -e /proc/self/fd/0 ] || exec 0< /dev/null',
	'[ -e /proc/self/fd/1 ] || exec 1> /dev/null',
	'[ -e /proc/self/fd/2 ] || exec 2> /dev/null',
];

/** Closes the descriptors that a script uses itself. */
export const closeOwn = 'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-';

/** Lines that refuse a caller who is not root, another host, and open descriptors that the container would get. */
export function refusals(input: CompileInput): readonly string[] {
	const sh = shellCommand(hostToolWords(input.facts, 'sh') ?? ['sh']);
	return [
		'# Is this root, and the host that the script was made for?',
		'while read -r field me _; do [ "$field" != Uid: ] || break; done < /proc/self/status',
		`[ "$me" = 0 ] || failed 125 'only root can start a container' 'mounts, cgroups and most namespaces need it' 'run it with sudo'`,
		`for program in ${shellCommand(programs(input))}; do`,
		`	[ -x "$program" ] || failed 125 "this host has no $program" 'the script was made for another host' 'make it anew here: tsbox compile'`,
		'done',
		...hierarchies(input),
		'',
		'# A descriptor that the caller left open would be a way out of the container (CVE-2024-21626).',
		'for each in 0 1 2; do',
		`	[ ! -d "/proc/self/fd/$each" ] || failed 2 "descriptor $each is a folder" 'the container could reach the host through it' 'redirect it from a file or a pipe'`,
		'done',
		closeOwn,
		"leaked=''",
		'for each in /proc/self/fd/[1-9][0-9]*; do',
		'	{ read -r _; read -r _ flags; } 2>/dev/null < "/proc/self/fdinfo/${each##*/}" || continue',
		'	# Octal 2000000 is close-on-exec: a descriptor of this shell itself.',
		'	[ $((flags & 02000000)) != 0 ] || leaked="$leaked ${each##*/}"',
		'done',
		'if [ -n "$leaked" ]; then',
		'	# Of the shells only bash can close a descriptor of two digits.',
		`	if [ ! -x /bin/bash ] || [ ! -f "$0" ] || [ -n "\${BOX_CLOSED-}" ]; then`,
		`		failed 125 "descriptor$leaked is open" 'the container would get it' 'close it for this script'`,
		'	fi',
		'	export BOX_CLOSED=1',
		'	# shellcheck disable=SC2086 # words are meant',
		`	exec /bin/bash --norc -c 'for fd in $1; do eval "exec $fd>&-"; done; shift; exec ${sh} "$@"' sh "$leaked" "$0" "$@"`,
		'fi',
		'unset BOX_CLOSED',
		...descriptorLines,
	];
}

/** The header, a clean environment, the tools, and the first values of the variables. */
export function headPart(input: CompileInput): readonly string[] {
	const {plan, facts} = input;
	const {cgroup} = facts;
	return [
		'#!/bin/sh',
		...comment(
			`The container ${plan.name} of ${plan.spec}, as a script that needs nothing but sh and the host's own tools.`,
		),
		...comment(
			`Made by \`tsbox compile\` for ${facts.os}, Linux ${facts.kernel.release}, cgroups ${cgroup.layout}. Run it as root.`,
		),
		'#',
		...comment(
			'It ends as the command ends; 125 when the container could not be made, 126 and 127 when its command could not be run. INT, TERM and HUP stop the container; a second one kills it. Whatever it made it takes back.',
		),
		...plan.warnings.flatMap(each => comment(`Warning: ${each}`)),
		'# shellcheck disable=SC2317,SC2034 # functions called by traps; a function sets what another one reads',
		'# shellcheck disable=SC2016,SC1003 # texts for other shells stand in single quotes, not expanded by this one',
		'',
		'# Nothing of the caller steers what root runs from here on.',
		'unset LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LIBMOUNT_FSTAB LIBMOUNT_MTAB POSIXLY_CORRECT CDPATH',
		...(plan.executor === 'calls' ? ['unset PERL5OPT PERL5LIB PERLLIB PERL5DB PERLIO PERL_UNICODE PERL_SIGNALS'] : []),
		'PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C',
		'export PATH LC_ALL',
		'umask 022',
		'',
		'# busybox sh would take its own for these, and they know fewer options.',
		...(['mkdir', 'rmdir', 'rm', 'umount'] as const).flatMap(tool => {
			const words = hostToolWords(facts, tool);
			return words === undefined ? [] : [`${tool}() { ${shellCommand(words)} "$@"; }`];
		}),
		'',
		`box=${shellWord(input.folder)} # the folder of this container while it runs`,
		"newline='\n' blanks=' \t\n'",
		'IFS=$blanks',
		"step='' command='' said='' not_clean=''",
		"chain='' chain_started='' pid='' pid_started='' told='' timer='' recorder='' relays='' uid='' gid='' groups='' home='' input_relay=''",
	];
}

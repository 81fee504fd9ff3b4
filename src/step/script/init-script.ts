import type {HostFacts, ToolName} from '../../host/facts.ts';
import type {Action, MountRow} from '../verbs/action.ts';
import {mountinfoWord} from './compile-actions.ts';
import {clockLines, withClocks} from '../verbs/clock-words.ts';
import {dropWords} from './drop-words.ts';
import {actionLines, rlimitArguments, setprivWords, tableFile} from '../verbs/command.ts';
import {releaseTerminalWords} from './release-terminal.ts';
import {shellCommand, shellWord} from '../verbs/shell-word.ts';
import type {Step} from '../verbs/step.ts';
import {hostToolWords, toolboxWords} from '../verbs/toolbox.ts';

/** The sh programs of the container side: `inside` is what chroot(8) runs in the new root, if it does. */
export interface InitScripts {
	/** What root of the host does before `init`, where it must put something in place for root of the container. */
	readonly gather: string | null;
	readonly init: string;
	readonly inside: string | null;
}

const hostTools: readonly ToolName[] = ['mount', 'cp', 'ln', 'pivot_root'];
const gatheringTools: readonly ToolName[] = ['mount', 'chmod', 'chown', 'prlimit', 'head'];
const toolboxTools: readonly ToolName[] = ['mount', 'umount', 'mkdir', 'rmdir', 'prlimit', 'head', 'hostname'];

// Descriptors of the container side: 3 status pipe, 4 gate, 5 6 7 the container's own stdin, stdout, stderr. Only one
// digit: dash knows no more.
const opening = `exec </dev/null
cd /
umask 022
begin() { id=$1; echo "@begin $1"; }
fail() { echo "@fail $id $1"; exit 125; }`;

/** In the chroot, where no file of the host can be opened by name, a shell that took over keeps the descriptors it got. */
const again = `begin() { id=$1; echo "@begin $1"; }
fail() { echo "@fail $id $1"; exit 125; }`;

// A number of /proc/sys must be read at once, by head(1): the kernel ends it after the one byte that a shell asks for.
const readBack = `read_setting() { value=$(head -n 1 "$1"); echo "@value $1 $value"; }
read_back() { value=; IFS= read -r value < "$2"; echo "@value $1 $value"; }`;

/** Mounts of the table that a mount(8) without X-mount.idmap would make without it. */
function idmapped(rows: readonly MountRow[]): readonly string[] {
	return rows.filter(({options}) => options.some(each => each.startsWith('X-mount.idmap='))).map(({target}) => target);
}

// mount_setattr(2): the kernel lists such a mount with the option `idmapped`.
const tellIdmapped = `tell_idmapped() {
	told=plain
	while read -r _ _ _ _ target options _; do
		[ "$target" = "$2" ] || continue
		case ,$options, in *,idmapped,*) told=idmapped ;; esac
	done < /proc/self/mountinfo
	echo "@value $1 $told"
}`;

const pointFunction = `point() {
	if [ -h "$2" ]; then echo "$2 is a symlink"; fail 1; fi
	if [ "$1" = folder ]; then
		[ -d "$2" ] || mkdir -p "$2" || fail $?
	elif [ -d "$2" ]; then echo "$2 is a folder, and its source is a file"; fail 1
	elif [ ! -e "$2" ]; then { [ -d "\${2%/*}/" ] || mkdir -p "\${2%/*}"; } && : > "$2" || fail $?
	fi
}`;

// A user's name means what the container's files say. They are the image's: plain files only, at most 1 MiB of each.
/** Shell functions that look a user up in the container's own files; `head` and `fail` must be there. */
export const lookupFunction = `# 4294967295 is (uid_t) -1: setresuid(2) would leave root as it is.
is_number() { case $1 in '' | *[!0-9]* | ???????????*) return 1 ;; esac; [ "$1" -le 4294967294 ]; }
read_file() { text=; if [ -f "$1" ]; then text=$(head -c 1048576 "$1"); fi; }
lookup() {
	user=\${1%%:*} group=; case $1 in *:*) group=\${1#*:} ;; esac
	shift
	uid= gid=0 home=/ name= groups=
	read_file /etc/passwd
	while IFS=: read -r n _ u g _ h _; do
		if [ "$n" = "$user" ] || { is_number "$user" && [ "$u" = "$user" ]; }; then uid=$u gid=$g home=$h name=$n; break; fi
	done <<-END
	$text
	END
	if [ -z "$name" ] && is_number "$user"; then uid=$user; fi
	if ! is_number "$uid" || ! is_number "$gid"; then echo "there is no user $user in the container's /etc/passwd"; fail 1; fi
	read_file /etc/group
	if [ -n "$group" ]; then find_group "$group"; gid=$found; fi
	groups=$gid
	if [ -z "$group" ] && [ -n "$name" ]; then
		while IFS=: read -r _ _ g members; do
			case ,$members, in *,"$name",*) is_number "$g" && add_group "$g" ;; esac
		done <<-END
		$text
		END
	fi
	for group do find_group "$group"; add_group "$found"; done
	case $home in /*) ;; *) home=/ ;; esac
	echo "@ids $uid $gid $groups $home"
}
add_group() { case ,$groups, in *,"$1",*) ;; *) groups=$groups,$1 ;; esac; }
find_group() {
	found=
	if is_number "$1"; then found=$1; return; fi
	while IFS=: read -r n _ g _; do if [ "$n" = "$1" ]; then found=$g; break; fi; done <<-END
	$text
	END
	if ! is_number "$found"; then echo "there is no group $1 in the container's /etc/group"; fail 1; fi
}`;

function hostFunctions(facts: HostFacts, names: readonly ToolName[]): readonly string[] {
	return names.flatMap(tool => {
		const words = hostToolWords(facts, tool);
		return words === undefined ? [] : [`${tool}() { ${shellCommand(words)} "$@"; }`];
	});
}

function toolboxFunctions(facts: HostFacts): readonly string[] {
	return toolboxTools.flatMap(tool => {
		const words = toolboxWords(facts, tool);
		return words === undefined ? [] : [`${tool}() { ${shellCommand(words)} "$@"; }`];
	});
}

function containerLines(action: Action, conf: string, facts: HostFacts): readonly string[] {
	switch (action.kind) {
		case 'mountTable':
			return [
				`mount -i -n -a -T ${shellWord(tableFile(action, conf))} || fail $?`,
				...idmapped(action.rows).map(path => `tell_idmapped ${shellWord(path)} ${shellWord(mountinfoWord(path))}`),
			];
		case 'run':
			return [
				`${shellCommand([action.tool, ...action.args])} || fail $?`,
				...(action.reads === undefined ? [] : [`read_back ${shellWord(action.reads)} ${shellWord(action.reads)}`]),
			];
		case 'bindTerminal':
			return [
				// Field 7 is the controlling terminal's device number, minor in bits 0 to 7 and 20 to 31: proc_pid_stat(5).
				'read -r _ _ _ _ _ _ tty _ < /proc/self/stat',
				'pts=$((tty & 255 | tty >> 12 & 1048320))',
				`mount -i -n --bind "/dev/pts/$pts" ${shellWord(action.target)} || fail $?`,
			];
		case 'touch':
			return action.paths.map(path => `: > ${shellWord(path)} || fail $?`);
		case 'write':
			return [
				`echo ${shellWord(action.value)} > ${shellWord(action.path)} || fail $?`,
				/^\/proc\/sys\/(?!kernel\/(host|domain)name$)/.test(action.path)
					? `read_setting ${shellWord(action.path)}`
					: `read_back ${shellWord(action.path)} ${shellWord(action.path)}`,
			];
		case 'pivotRoot':
			return [
				...actionLines(action, conf).map(line => `${line} || fail $?`),
				'PATH=/nowhere',
				...toolboxFunctions(facts),
			];
		case 'chroot': {
			const shell = toolboxWords(facts, 'sh') ?? [];
			const inChroot = shell.map(word => word.replaceAll(/(^|:)\.\//g, `$1${action.toolbox}/`));
			return [
				`exec ${shellCommand([...(hostToolWords(facts, 'chroot') ?? []), action.newRoot, ...inChroot])} /dev/.box/conf/inside.sh`,
			];
		}
		case 'enterNamespaces': {
			const unshare = hostToolWords(facts, 'unshare') ?? [];
			const terminal = action.tty ? [...(hostToolWords(facts, 'setsid') ?? []), '--ctty'] : [];
			const words = [
				...(action.tty ? releaseTerminalWords(facts) : []),
				...unshare,
				...action.users,
				...unshare,
				...action.unshare,
				...terminal,
				...(hostToolWords(facts, 'sh') ?? []),
			];
			return [
				...(action.clocks === true ? clockLines : []),
				withClocks(`exec ${shellCommand([...words, `${action.conf}/init.sh`])}${action.tty ? ' <&5' : ''}`, action),
			];
		}
		case 'mountPoints':
			return [
				pointFunction,
				...action.folders.map(path => `point folder ${shellWord(path)}`),
				...action.files.map(path => `point file ${shellWord(path)}`),
			];
		case 'workingDirectory':
			return [`[ -d ${shellWord(action.path)} ] || mkdir -p ${shellWord(action.path)} || fail $?`];
		case 'openFilter':
			return actionLines(action, conf).map(line => `${line} || fail 1`);
		case 'rlimits':
			return [`prlimit --pid $$ ${rlimitArguments(action).join(' ')} || fail $?`];
		case 'lookupUser':
			return [lookupFunction, `lookup ${shellCommand([action.user, ...action.groups])}`];
		case 'useNumbers':
			return actionLines(action, conf);
		case 'fixAddresses':
			return [`set -- ${shellCommand([...(toolboxWords(facts, 'setarch') ?? []), '--addr-no-randomize'])}`];
		case 'dropPrivileges': {
			const privileges = setprivWords(action).map(word => (word.startsWith('$') ? `"${word}"` : shellWord(word)));
			const through = action.fixedAddresses === true ? '"$@" ' : '';
			return [`exec ${through}${dropWords({...action, privileges}, facts)} <&4`];
		}
		default:
			return [];
	}
}

/**
 * Renders the container's steps as the sh program that its first process runs. It tells each step on the status pipe
 * (`@begin ID`, `@value PATH VALUE`, `@fail ID STATUS`; all else there is what a tool said) and ends by replacing itself
 * with a shell that reads its last words from the gate.
 *
 * @param hold - after each `@begin` wait for a line from the gate
 * @param note - the comment lines above a step
 */
export function initScripts(
	steps: readonly Step[],
	conf: string,
	facts: HostFacts,
	hold = false,
	note: (step: Step) => readonly string[] = step => [`# ${step.title}`],
): InitScripts {
	const held = hold ? ['read -r _ <&4'] : [];
	const gather: string[] = [
		'# What root of the host puts in place for the container, run by its first process; written by tsbox.',
		opening,
		tellIdmapped,
		...hostFunctions(facts, gatheringTools),
		readBack,
	];
	const lines: string[] = [
		'# The container side of the plan, run by its first process; written by tsbox.',
		opening,
		readBack,
		...hostFunctions(facts, hostTools),
		'read -r pid _ < /proc/self/stat',
		'echo "@pid $pid"',
	];
	const inside: string[] = [
		'# What chroot(8) runs in the new root; written by tsbox.',
		again,
		readBack,
		'PATH=/nowhere',
		...toolboxFunctions(facts),
	];
	const enters = steps.some(({action}) => action.kind === 'enterNamespaces');
	let into = enters ? gather : lines;
	for (const step of steps) {
		if (step.side !== 'container' || step.action.kind === 'exec') continue;
		into.push('', ...note(step), `begin ${shellWord(step.id)}`, ...held, ...containerLines(step.action, conf, facts));
		if (step.action.kind === 'enterNamespaces') into = lines;
		if (step.action.kind === 'chroot') {
			into = inside;
			into.push(`cd ${shellWord(step.action.toolbox)} || fail $?`);
		}
	}
	const text = (script: readonly string[]): string => `${script.join('\n')}\n`;
	return {
		gather: enters ? text(gather) : null,
		init: text(lines),
		inside: into === inside ? text(inside) : null,
	};
}

import type {HostFacts, ToolName} from '../../host/facts.ts';
import {chrootToGate, toolboxFunctions} from '../verbs/root.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {lastInside, type Step, type StepInside} from '../verbs/step.ts';
import {hostToolWords, toolboxWords} from '../verbs/toolbox.ts';
import {insideLines} from '../verbs/action.ts';
import {besideSteps} from './beside.ts';
import {skippingOf} from './skipping.ts';

/** The sh programs of the container side. chroot(8) runs `inside` in the new root; it is null without chroot(8). */
export interface InitScripts {
	/** Runs before `init` as root of the host, if that must prepare something for root of the container. */
	readonly gather: string | null;
	readonly init: string;
	readonly inside: string | null;
}

/** The name under which `gather` reports its own pid. */
export const gatheringPid = 'gathering.pid';

/** The line of the gate that leaves a step out; an empty line does it. */
export const skipAnswer = 'skip';

const hostTools: readonly ToolName[] = ['mount', 'cp', 'ln', 'pivot_root'];
const gatheringTools: readonly ToolName[] = ['mount', 'chmod', 'chown', 'prlimit', 'head'];

// Descriptors of the container side: 3 is the status pipe, 4 the gate, and 5, 6, and 7 are the stdin, stdout, and
// stderr of the container. dash knows only descriptors of one digit.
const opening = `exec </dev/null
cd /
umask 022
begin() { id=$1; echo "@begin $1"; }
fail() { echo "@fail $id $1"; exit 125; }`;

/** In the chroot, no host file such as /dev/null has a path, so the shell keeps the descriptors that it inherited. */
const again = `begin() { id=$1; echo "@begin $1"; }
fail() { echo "@fail $id $1"; exit 125; }`;

// head(1) reads a number of /proc/sys with one read(2). A shell reads one byte at a time, and the kernel ends the file
// after the first byte.
const readBack = `read_setting() { value=$(head -n 1 "$1"); echo "@value $1 $value"; }
read_back() { value=; IFS= read -r value < "$2"; echo "@value $1 $value"; }`;

// The kernel lists an idmapped mount with the option `idmapped`: mount_setattr(2).
const tellIdmapped = `tell_idmapped() {
	told=plain
	while read -r _ _ _ _ target options _; do
		[ "$target" = "$2" ] || continue
		case ,$options, in *,idmapped,*) told=idmapped ;; esac
	done < /proc/self/mountinfo
	echo "@value $1 $told"
}`;

function hostFunctions(facts: HostFacts, names: readonly ToolName[]): readonly string[] {
	return names.flatMap(tool => {
		const words = hostToolWords(facts, tool);
		return words === undefined ? [] : [`${tool}() { ${shellCommand(words)} "$@"; }`];
	});
}

/**
 * The lines that become the shell at the gate, where no step does. Usually the drop of privileges does, or chroot(8) without a
 * toolbox.
 */
function toGate(steps: readonly Step[], facts: HostFacts): readonly string[] {
	if (!steps.some(({action}) => action.kind === 'exec')) return [];
	const last = lastInside(steps);
	if (last === undefined) {
		const root = steps.flatMap(({action}) => (action.kind === 'start' ? [action.chroot] : []))[0];
		return root === undefined ? [] : ['', chrootToGate(root, facts)];
	}
	if (last.action.kind === 'dropPrivileges' || last.action.kind === 'chroot') return [];
	return ['', `exec ${shellCommand([...(toolboxWords(facts, 'sh') ?? ['sh']), '-s'])} <&4`];
}

/**
 * Renders the container's steps as the sh program that its first process runs. The program reports each step on the
 * status pipe: `@begin ID`, `@value PATH VALUE`, `@fail ID STATUS`; all other lines are output of tools. At the end it
 * replaces itself with a shell that reads the command from the gate.
 *
 * @param hold - wait for a line from the gate after each `@begin`, which may be {@link skipAnswer}; otherwise only where
 * the host does beside steps
 * @param note - the comment lines above a step
 */
export function initScripts(
	steps: readonly Step[],
	conf: string,
	facts: HostFacts,
	hold = false,
	note: (step: StepInside) => readonly string[] = step => [`# ${step.title}`],
): InitScripts {
	const beside = besideSteps(steps);
	const gather: string[] = [
		'# What root of the host puts in place for the container, run by its first process; written by tsbox.',
		opening,
		tellIdmapped,
		...hostFunctions(facts, gatheringTools),
		readBack,
		// Whoever holds the start may want to look at the process, which only starts the first one.
		...(hold ? ['read -r pid _ < /proc/self/stat', `echo "@value ${gatheringPid} $pid"`] : []),
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
		if (step.side !== 'inside' || step.action.kind === 'exec') continue;
		const held = hold || beside.has(step.id) ? ['read -r answer <&4'] : [];
		const work = insideLines(step.action, facts, conf);
		const canSkip = hold && skippingOf(step, steps).can;
		into.push(
			'',
			...note(step),
			`begin ${shellWord(step.id)}`,
			...held,
			...(canSkip ? [`if [ "$answer" != ${skipAnswer} ]; then`, ...work, 'fi'] : work),
		);
		if (step.action.kind === 'enterNamespaces') into = lines;
		if (step.action.kind === 'chroot' && step.action.toolbox !== null) {
			into = inside;
			into.push(`cd ${shellWord(step.action.toolbox)} || fail $?`);
		}
	}
	into.push(...toGate(steps, facts));
	const text = (script: readonly string[]): string => `${script.join('\n')}\n`;
	return {
		gather: enters ? text(gather) : null,
		init: text(lines),
		inside: into === inside ? text(inside) : null,
	};
}

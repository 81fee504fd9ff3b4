import type {HostFacts, ToolName} from '../../host/facts.ts';
import type {ActionOf, InsideAction} from '../verbs/action.ts';
import {filterFile, tracedFilterFile} from '../verbs/filter.ts';
import type {RunAction} from '../verbs/run.ts';
import {endedWords} from '../verbs/start.ts';
import {hostToolWords, toolboxWords} from '../verbs/toolbox.ts';
import type {Call} from './call.ts';
import {dropCalls} from './drop-calls.ts';
import {mountCalls, propagationCall} from './mount-calls.ts';
import {ioPriorityCall, personalityCall, schedulerCall} from './scheduling-calls.ts';
import {unshareCalls} from './start-calls.ts';

/** Why calls cannot close paths. */
export const landlockTrouble = 'setpriv(1) makes the rules of Landlock';

type CallsOf = {
	readonly [K in InsideAction['kind']]: (
		action: ActionOf<K>,
		facts: HostFacts | undefined,
		conf: string,
	) => readonly Call[] | string;
};

/** The calls of an action, in the order in which the tools of its command line make them; or the reason why it has none. */
const callsOf: CallsOf = {
	bindTerminal: ({target}) => [['bind_terminal', target]],
	chroot: ({newRoot, toolbox}) =>
		toolbox === null
			? 'its own shell takes over'
			: [
					['chroot', newRoot],
					['chdir', toolbox],
				],
	attachDevices: ({cgroup, program}) => [['attach_devices', cgroup, program]],
	connectConsole: ({socket}) => [['connect_console', socket]],
	dropPrivileges: action => (action.landlock.length > 0 ? landlockTrouble : Object.values(dropCalls(action)).flat()),
	enterNamespaces: unshareCalls,
	fixAddresses: () => [['personality', ['ADDR_NO_RANDOMIZE']]],
	lookupUser: ({user, groups}) => [['lookup_user', user, ...groups]],
	makeDevices: ({devices, links}) => [
		...devices.map(
			({path, type, major, minor, mode, uid, gid}): Call => ['make_device', path, type, major, minor, mode, uid, gid],
		),
		...links.map(({path, to}): Call => ['make_link', to, path]),
	],
	mountPoints: ({folders, files}) => [
		...folders.map((path): Call => ['make_point', 'folder', path]),
		...files.map((path): Call => ['make_point', 'file', path]),
	],
	mounts: () => 'its commands are typed by a learner',
	mountTable: ({rows, cwd}) => [
		...(cwd === undefined ? [] : [['chdir', cwd] as const]),
		...rows.flatMap(row => [
			...mountCalls(row),
			...(row.options.some(each => each.startsWith('X-mount.idmap=')) ? [['tell_idmapped', row.target] as const] : []),
		]),
		...(cwd === undefined ? [] : [['chdir', '/'] as const]),
	],
	openConsole: ({rows, columns, uid, target}) => [['open_console', rows, columns, uid, target]],
	openFilter: ({traced, onHost}, _, conf) => [
		['open', `${onHost === true ? conf : '/dev/.box/conf'}/${traced === undefined ? filterFile : tracedFilterFile}`, 8],
	],
	pivotRoot: ({newRoot, toolbox, putOld, bind}) => [
		...(bind === true ? mountCalls({source: newRoot, target: newRoot, type: 'none', options: ['rbind']}) : []),
		['chdir', toolbox],
		['pivot_root', newRoot, putOld],
	],
	rlimits: ({limits, hardOnly}) =>
		limits.map(({name, soft, hard}) => [
			'prlimit64',
			`RLIMIT_${name.toUpperCase()}`,
			hardOnly === true ? null : String(soft),
			String(hard),
		]),
	run: (action, facts) => [...runCalls(action, facts), ...(action.reads === undefined ? [] : readBack(action.reads))],
	sameProcesses: ({processes}) =>
		processes.map(({name, process: {pid, startTime}}) => ['same_process', endedWords(name), pid, startTime]),
	setIoPriority: ({ioPriority}) => [ioPriorityCall(ioPriority)],
	setPersonality: ({persona}) => [personalityCall(persona)],
	setPropagation: ({target, how}) => [
		propagationCall(target, how),
		...(target === '/' ? [['tell_propagation'] as const] : []),
	],
	setScheduler: ({scheduler}) => [schedulerCall(scheduler)],
	touch: ({paths}) => paths.map(path => ['create', path]),
	useNumbers: ({count}) => [['use_numbers', count]],
	workingDirectory: ({path}) => [['mkdirs', path]],
	write: ({path, value}) => [['write', path, value], ...readBack(path)],
};

function readBack(path: string): readonly Call[] {
	return [['read_back', path]];
}

/** The calls of the tools that steps run, by their arguments and their options. */
const callsOfTool: Partial<
	Record<ToolName, (first: string, rest: readonly string[], options: readonly string[]) => readonly Call[]>
> = {
	chmod: (_, paths) => paths.map(path => ['open_to_all', path]),
	// -1 leaves the group as it is: chown(2).
	chown: (owner, paths) => {
		const [uid, gid = -1] = owner.split(':').map(Number);
		return paths.map(path => ['chown', path, uid ?? -1, gid]);
	},
	cp: (first, rest) => {
		const paths = [first, ...rest];
		const folder = paths.at(-1) ?? '';
		return paths.slice(0, -1).map(path => ['copy_link', path, `${folder}${path.slice(path.lastIndexOf('/') + 1)}`]);
	},
	hostname: (name, _, options) => [[options.includes('-y') ? 'setdomainname' : 'sethostname', name]],
	mount: (options, [target = '']) => mountCalls({source: '', target, type: 'none', options: options.split(',')}),
	rmdir: path => [['rmdir', path]],
	umount: path => [['umount2', path, ['MNT_DETACH', 'UMOUNT_NOFOLLOW']]],
};

/** Another tool is run as it is. */
function runCalls({tool, args, place}: RunAction, facts: HostFacts | undefined): readonly Call[] {
	const [first = '', ...rest] = args.filter(word => !word.startsWith('-'));
	const options = args.filter(word => word.startsWith('-'));
	const wordsOf = place === 'toolbox' ? toolboxWords : hostToolWords;
	return (
		callsOfTool[tool]?.(first, rest, options) ?? [['run', ...((facts && wordsOf(facts, tool)) ?? [tool]), ...args]]
	);
}

/**
 * The calls of an action of the container side, or why it can only be done by its commands.
 *
 * @param facts - the host whose tools are run; without it they have only their names, for people
 */
export function insideCalls<A extends InsideAction>(
	action: A,
	facts: HostFacts | undefined,
	conf: string,
): readonly Call[] | string {
	const calls = callsOf[action.kind] as (
		action: A,
		facts: HostFacts | undefined,
		conf: string,
	) => readonly Call[] | string;
	return calls(action, facts, conf);
}

import {namespaceFiles} from '../../host/probe/namespaces.ts';
import {parseAddress} from '../../network/address.ts';
import {limitRows} from '../../host/probe/rlimits.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import type {Call} from '../calls/call.ts';
import type {Check} from '../verbs/check.ts';
import {mountinfoWord} from '../verbs/mounts.ts';
import type {Plan} from '../verbs/step.ts';

function words(text: string): string {
	return text.trim().split(/\s+/).join(' ');
}

function limit(value: number): string {
	return value === -1 ? 'unlimited' : String(value);
}

/** if_inet6 has 32 digits for an address of IPv6; proc_pid_net(5). */
function addressRow(text: string): readonly string[] {
	const {family, value} = parseAddress(text) ?? {family: 4};
	return family === 4 ? ['check_address', text] : ['check_address6', value?.toString(16).padStart(32, '0') ?? '', text];
}

/**
 * A check as rows of a name and words, with the same meaning as problemOf of execute/check.ts. The names are those of functions of sh
 * in compile-gate-functions.ts, and of calls in step/calls/outside-program.ts.
 */
function checkRows(check: Check): readonly (readonly string[])[] {
	switch (check.kind) {
		case 'folder':
			return [['check_folder', check.path]];
		case 'value':
			return [['check_value', check.path, words(check.equals)]];
		case 'mount':
			return [['check_mount', mountinfoWord(check.target), check.type, ...check.options]];
		case 'mountRoot':
			return [['check_mount_root', mountinfoWord(check.target), mountinfoWord(check.endsWith)]];
		case 'onlyMounts':
			return [['check_only_mounts']];
		case 'root':
			return [['check_root', check.path]];
		case 'interface':
			return [['check_interface', check.name]];
		case 'deviceInside':
			return [['check_device_inside', check.file, check.name]];
		case 'processOf':
			return [['check_process_of', check.file]];
		case 'address':
			return [addressRow(check.address)];
		case 'namespaces':
			return [['check_namespaces', ...check.kinds.map(kind => namespaceFiles[kind])]];
		case 'joined':
			return check.namespaces.map(({kind, id}) => ['check_joined', namespaceFiles[kind], id]);
		case 'cgroups':
			return check.members.map(each => ['check_cgroup', each.controller, each.cgroup, each.path]);
		case 'idMap':
			return (
				[
					['uid_map', check.uids],
					['gid_map', check.gids],
				] as const
			).map(([file, rows]) => [
				'check_map',
				file,
				...rows.map(({inside, outside, count}) => `${inside} ${outside} ${count}`),
			]);
		case 'status':
			return Object.entries(check.fields).map(([name, value]) => ['check_status', name, words(value)]);
		case 'lookedUpIds':
			return [
				[
					'check_ids',
					...(check.map === null
						? []
						: [String(check.map.uids[0]?.outside ?? 0), String(check.map.gids[0]?.outside ?? 0)]),
				],
			];
		case 'rlimit': {
			const row = Object.entries(limitRows).find(([, name]) => name === check.name)?.[0] ?? check.name;
			return [['check_rlimit', row, limit(check.soft), limit(check.hard)]];
		}
		case 'seccomp':
			return [['check_seccomp']];
		case 'label':
			return [['check_label', check.equals]];
		case 'personality':
			return [['check_personality', String(check.flag)]];
		case 'clocks':
			return [['check_clocks']];
		case 'oomScoreAdj':
			return [['check_score', String(check.equals)]];
		case 'readBack':
			return [['check_told', check.path, words(check.equals)]];
	}
}

/**
 * A check as lines of a compiled script.
 *
 * @param targets - the result of {@link mountTargets} for the plan: the functions of sh find a mount by its index there
 */
export function checkLines(check: Check, targets: readonly string[] = []): readonly string[] {
	const number = check.kind === 'mount' ? [String(targets.indexOf(check.target))] : [];
	return checkRows(check).map(([name = '', ...args]) => shellCommand([name, ...number, ...args]));
}

/** A check as calls. The targets are those of {@link checkLines}. */
export function checkCalls(check: Check, targets: readonly string[] = []): readonly Call[] {
	const planned = check.kind === 'onlyMounts' ? targets.map(mountinfoWord) : [];
	return checkRows(check).map(([name = '', ...args]) => [name, ...args, ...planned]);
}

/** The targets of all mounts in the checks of a plan, each once. A script finds a mount by its index here. */
export function mountTargets(plan: Plan): readonly string[] {
	const named = plan.steps.flatMap(step =>
		step.checks.flatMap(check =>
			check.kind === 'mount' ? [check.target] : check.kind === 'onlyMounts' ? check.targets : [],
		),
	);
	return [...new Set(named)];
}

/** The function `planned_mount`, which sets `mount` to the index of a target; empty for a mount that no step made. */
export function mountNumbers(targets: readonly string[]): string {
	return [
		'# The number of a mount that the plan names.',
		'planned_mount() { # TARGET',
		'\tcase $1 in',
		...targets.map((target, at) => `\t${shellWord(mountinfoWord(target))}) mount=${at} ;;`),
		"\t*) mount='' ;;",
		'\tesac',
		'}',
	].join('\n');
}

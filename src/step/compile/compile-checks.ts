import {namespaceFiles} from '../../host/probe/namespaces.ts';
import {limitRows} from '../../host/probe/rlimits.ts';
import type {Check} from '../verbs/check.ts';
import {mountinfoWord} from '../verbs/mounts.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import type {Plan} from '../verbs/step.ts';

function words(text: string): string {
	return text.trim().split(/\s+/).join(' ');
}

function limit(value: number): string {
	return value === -1 ? 'unlimited' : String(value);
}

/**
 * A check as lines of a compiled script, with the same meaning as problemOf of execute/check.ts.
 *
 * @param targets - the result of {@link mountTargets} for the plan
 */
export function checkLines(check: Check, targets: readonly string[] = []): readonly string[] {
	switch (check.kind) {
		case 'folder':
			return [`check_folder ${shellWord(check.path)}`];
		case 'value':
			return [`check_value ${shellCommand([check.path, words(check.equals)])}`];
		case 'mount':
			return [
				`check_mount ${shellCommand([String(targets.indexOf(check.target)), mountinfoWord(check.target), check.type, ...check.options])}`,
			];
		case 'onlyMounts':
			return ['check_only_mounts'];
		case 'root':
			return [`check_root ${shellWord(check.path)}`];
		case 'interface':
			return [`check_interface ${shellWord(check.name)}`];
		case 'namespaces':
			return [`check_namespaces ${check.kinds.map(kind => namespaceFiles[kind]).join(' ')}`];
		case 'cgroups':
			return check.members.map(each => `check_cgroup ${shellCommand([each.controller, each.cgroup, each.path])}`);
		case 'idMap':
			return (
				[
					['uid_map', check.uids],
					['gid_map', check.gids],
				] as const
			).map(
				([file, rows]) =>
					`check_map ${file} ${rows.map(({inside, outside, count}) => `'${inside} ${outside} ${count}'`).join(' ')}`,
			);
		case 'status':
			return Object.entries(check.fields).map(([name, value]) => `check_status ${shellCommand([name, words(value)])}`);
		case 'lookedUpIds':
			return [
				`check_ids${check.map === null ? '' : ` ${check.map.uids[0]?.outside ?? 0} ${check.map.gids[0]?.outside ?? 0}`}`,
			];
		case 'rlimit': {
			const row = Object.entries(limitRows).find(([, name]) => name === check.name)?.[0] ?? check.name;
			return [`check_rlimit ${shellCommand([row, limit(check.soft), limit(check.hard)])}`];
		}
		case 'seccomp':
			return ['check_seccomp'];
		case 'label':
			return [`check_label ${shellWord(check.equals)}`];
		case 'personality':
			return [`check_personality ${check.flag}`];
		case 'clocks':
			return ['check_clocks'];
		case 'oomScoreAdj':
			return [`check_score ${check.equals}`];
		case 'readBack':
			return [`check_told ${shellCommand([check.path, words(check.equals)])}`];
	}
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

import {namespaceFiles} from '../host/probe/namespaces.ts';
import {limitRows} from '../host/probe/rlimits.ts';
import type {Check} from './check.ts';
import {mountinfoWord} from './compile-actions.ts';
import {shellCommand, shellWord} from './shell-word.ts';

function words(text: string): string {
	return text.trim().split(/\s+/).join(' ');
}

function limit(value: number): string {
	return value === -1 ? 'unlimited' : String(value);
}

/**
 * A check as lines of a compiled script, with the same meaning as problemOf of run/.
 */
export function checkLines(check: Check): readonly string[] {
	switch (check.kind) {
		case 'folder':
			return [`check_folder ${shellWord(check.path)}`];
		case 'value':
			return [`check_value ${shellCommand([check.path, words(check.equals)])}`];
		case 'mount':
			return [`check_mount ${shellCommand([mountinfoWord(check.target), check.type, ...check.options])}`];
		case 'onlyMounts':
			return [`check_only_mounts ${shellCommand(check.targets.map(mountinfoWord))}`];
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
		case 'oomScoreAdj':
			return [`check_score ${check.equals}`];
		case 'readBack':
			return [`check_told ${shellCommand([check.path, words(check.equals)])}`];
	}
}

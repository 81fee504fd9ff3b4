import {namespaceFiles} from '../../host/probe/namespaces.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {namespaceKinds} from '../../spec/model/project.ts';
import type {CompileInput} from './compile-script.ts';

/** Lines that write the record with the first process, beside the command: they cost three processes. */
export function recorderLines(
	{facts}: CompileInput,
	ids: {readonly uid: number; readonly gid: number; readonly groups: string} | null,
): readonly string[] {
	const kinds: readonly NamespaceKind[] = namespaceKinds.filter(kind => facts.namespaces.includes(kind));
	return [
		...(ids === null ? [] : [`uid=${ids.uid} gid=${ids.gid} groups=${ids.groups}`]),
		'{',
		`	links=$(readlink ${kinds.map(kind => `"/proc/$pid/ns/${namespaceFiles[kind]}"`).join(' ')}) && now=$(date +%s)000 || exit`,
		'	# shellcheck disable=SC2086 # words are meant',
		'	set -- $links',
		`	if [ $# = ${kinds.length} ]; then`,
		`		namespaces=''`,
		...kinds.map((kind, at) => `		namespaces=$namespaces${at === 0 ? '' : ','}'"${kind}":"'\${${at + 1}}'"'`),
		'		write_record "$box/record.json.new" "$now" "{\\"pid\\":$pid,\\"startTime\\":\\"$pid_started\\",\\"started\\":$now,\\"namespaceIds\\":{$namespaces},\\"ids\\":{\\"uid\\":$uid,\\"gid\\":$gid,\\"groups\\":[$groups]}}" &&',
		'			mv "$box/record.json.new" "$box/record.json"',
		'	fi',
		'} 5<&- 6>&- 7>&- 8>&- 9<&- 2>/dev/null &',
		'recorder=$!',
	];
}

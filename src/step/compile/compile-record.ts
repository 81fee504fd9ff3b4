import {namespaceFiles} from '../../host/probe/namespaces.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {namespaceKinds} from '../../spec/model/project.ts';
import type {CompileInput} from './compile-script.ts';

/** The namespaces that a record has, as `KIND:FILE` with their file in /proc/PID/ns. */
export function recordedKinds({facts}: CompileInput): readonly string[] {
	const kinds: readonly NamespaceKind[] = namespaceKinds.filter(kind => facts.namespaces.includes(kind));
	return kinds.map(kind => `${kind}:${namespaceFiles[kind]}`);
}

/** Lines that add the first process to the record, beside the command. */
export function recorderLines(
	input: CompileInput,
	ids: {readonly uid: number; readonly gid: number; readonly groups: string} | null,
): readonly string[] {
	return [
		...(ids === null ? [] : [`uid=${ids.uid} gid=${ids.gid} groups=${ids.groups}`]),
		'# The first process, as a line of its own: sh cannot rename a file over another.',
		'{',
		"	namespaces=''",
		`	for each in ${recordedKinds(input).join(' ')}; do`,
		'		name=${each#*:}',
		'		# Linux shows the number of an open file since 5.14; proc_pid_fdinfo(5).',
		'		while read -r key number; do [ "$key" != ino: ] || break; done 9< "/proc/$pid/ns/$name" < /proc/self/fdinfo/9',
		'		if [ -n "$number" ]; then number=$name:[$number]; else number=$(readlink "/proc/$pid/ns/$name"); fi',
		`		namespaces=$namespaces\${namespaces:+,}'"'\${each%%:*}'":"'$number'"'`,
		'	done',
		'	# The time of the boot and the time since then; proc_stat(5), proc_uptime(5).',
		'	while read -r key now _; do [ "$key" != btime ] || break; done < /proc/stat',
		'	read -r since _ < /proc/uptime',
		'	now=$((now + ${since%.*}))000',
		`	printf '{"created":%s,"process":{"pid":%s,"startTime":"%s","started":%s,"namespaceIds":{%s},"ids":{"uid":%s,"gid":%s,"groups":[%s]}}}\\n' \\`,
		'		"$now" "$pid" "$pid_started" "$now" "$namespaces" "$uid" "$gid" "$groups" >> "$box/record.json"',
		'} 5<&- 6>&- 7>&- 8>&- 9<&- 2>/dev/null &',
		'recorder=$!',
	];
}

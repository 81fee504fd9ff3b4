import type {Action} from '../verbs/action.ts';
import {shellWord} from '../verbs/shell-word.ts';

/** What sees to it that a volume is there, as lines of a compiled script; makeVolume of state/ does the same. */
export function volumeLines({store, name, record, owner}: Extract<Action, {kind: 'makeVolume'}>): readonly string[] {
	const folder = shellWord(`${store}/volumes/${name}`);
	const data = shellWord(`${store}/volumes/${name}/_data`);
	const give =
		owner === undefined
			? []
			: [
					'# Root of a user namespace could not write into a folder of another one.',
					`[ -n "$(ls -A ${data})" ] || run chown ${owner.join(':')} ${data}`,
				];
	if (record === null)
		return [
			`[ -d ${data} ] || failed 125 ${shellWord(`there is no volume ${name}`)} 'it is external: others make it' ${shellWord(`make it with \`tsbox volume create ${name}\``)}`,
			...give,
		];
	const head = `${JSON.stringify(record).slice(0, -1)},"created":`;
	return [
		`if [ ! -d ${data} ]; then`,
		'	# Named after this process and its start time: what a kill leaves is swept up by that.',
		`	work=${shellWord(`${store}/tmp/`)}$$-$own_start-volume`,
		`	(umask 077; mkdir -p ${shellWord(`${store}/tmp`)} ${shellWord(`${store}/volumes`)} && mkdir "$work") || broken`,
		'	run mkdir -m 0755 "$work/_data"',
		`	printf '%s%s000}\\n' ${shellWord(head)} "$(date +%s)" > "$work/record.json" || broken`,
		'	# Whole or not at all: the kernel lets one of several do that.',
		`	mv -T "$work" ${folder} 2>/dev/null || rm -rf "$work"`,
		'fi',
		...give,
	];
}

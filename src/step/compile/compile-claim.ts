import {shellWord} from '../../spec/syntax/shell-words.ts';
import {undoLines} from '../verbs/action.ts';
import {killFunction} from '../verbs/cgroups.ts';
import {killOfPlan} from './compile-members.ts';
import type {CompileInput} from './compile-script.ts';

/** Functions of a compiled script that take back all steps, and what a killed script of that name left. */
export function undoPart(input: CompileInput): readonly string[] {
	const {plan, facts} = input;
	const undone = plan.steps
		.map((step, at) => ({step, number: at + 1}))
		.filter(({step}) => step.undo.kind !== 'none')
		.toReversed();
	const undoing = undone.flatMap(({step, number}) =>
		step.undo.kind === 'none' ? [] : undoLines(step.undo, facts).map(line => ({line, number})),
	);
	const kill = killOfPlan(plan);
	const lines = undoing
		.filter(({line}, at) => undoing.findIndex(each => each.line === line) === at)
		.map(({line, number}) => ({line, note: `step ${number}`}));
	const last = lines.at(-1);
	// Saves one rm(1).
	if (last?.line.startsWith('remove_trees ') === true)
		lines.splice(-1, 1, {line: `${last.line} "$box"`, note: `${last.note} and the claim`});
	else lines.push({line: 'remove_trees "$box"', note: 'the claim'});
	return [
		killFunction(kill),
		'',
		'# Takes back all steps, last first. Each may be done twice, or for a step that was never done.',
		'undo_all() {',
		...lines.map(({line, note}) => `\t${line} # ${note}`),
		'}',
		'',
		'# What a killed owner left under the name is taken back; a living one keeps it, and so does what runs in the background.',
		'take_over() {',
		"	record='' taken=''",
		'	{ IFS= read -r record < "$box/record.json"; } 2>/dev/null',
		`	rest=\${record#*\\"owner\\":\\{\\"pid\\":}`,
		`	owner_start=\${rest#*\\"startTime\\":\\"}`,
		`	if alive "\${rest%%,*}" "\${owner_start%%\\"*}"; then taken="process \${rest%%,*}, which started it, is there"; fi`,
		`	case $record in *'"detached":'*) taken='it was started in the background, and has its name until it is removed' ;; esac`,
		`	[ ! -L "$box" ] || taken='another container was renamed to it'`,
		'	if [ -n "$taken" ]; then',
		"		step='' command=''",
		'		rm -rf "$new"',
		`		failed 125 ${shellWord(`there is a container named ${plan.name} already`)} "$taken" ${shellWord(`stop and remove it: tsbox down ${plan.name}`)}`,
		'	fi',
		'	while IFS= read -r line; do',
		'		case $line in',
		`		'{"process":'*)`,
		`			rest=\${line#*\\"pid\\":}`,
		`			process_start=\${rest#*\\"startTime\\":\\"}`,
		'			if alive "${rest%%,*}" "${process_start%%\\"*}"; then kill -KILL "${rest%%,*}" 2>/dev/null; fi',
		'			;;',
		'		esac',
		'	done < "$box/journal"',
		'	undo_all',
		'	mv -T "$new" "$box" || broken',
		'}',
	];
}

/** The record's beginning and the lines of the journal that a claim writes. */
export function claimTexts({plan, record}: CompileInput): {
	readonly record: string;
	readonly journal: readonly string[];
} {
	const journal = plan.steps.flatMap(step =>
		step.undo.kind === 'none' ? [] : [JSON.stringify({id: step.id, undo: step.undo})],
	);
	return {record: JSON.stringify(record).slice(0, -1), journal};
}

/** The folder of the folders of all containers. */
export function claimsFolder({folder}: Pick<CompileInput, 'folder'>): string {
	return folder.slice(0, folder.lastIndexOf('/'));
}

/**
 * Lines that name the folder that becomes the claim, and say who this script is.
 *
 * @param tellsStart - its start time, which takes a read of /proc, is used
 */
export function beforeClaim(input: CompileInput, tellsStart = true): readonly string[] {
	return [
		`new=${shellWord(`${claimsFolder(input)}/.new-`)}$$-${input.plan.name}`,
		...(tellsStart ? ['started_at $$', 'own_start=$started'] : []),
		`trap 'failed 130 "the start was interrupted"' INT TERM HUP`,
		'trap : PIPE # a message that nobody reads must not end this script before it has cleaned up',
	];
}

/** Lines that claim the name of the container. They first undo what a killed script of that name left. */
export function claimPart(input: CompileInput): readonly string[] {
	const parent = shellWord(claimsFolder(input));
	const {record, journal} = claimTexts(input);
	return [
		...undoPart(input),
		'',
		'# Takes the name: a whole folder is renamed to it, which the kernel lets one of several do.',
		'take_name() {',
		'	run mkdir "$new"',
		'	# Who owns the container and what it is, for `tsbox ps` and `tsbox gc`.',
		`	printf '%s,"owner":{"pid":%s,"startTime":"%s"},"bootId":"%s","created":0,"process":null}\\n' ${shellWord(record)} \\`,
		'		"$$" "$own_start" "$boot" > "$new/record.json" || broken',
		'	# What takes each step back, for `tsbox gc`, should this script be killed.',
		`	printf '%s\\n' ${journal.map(shellWord).join(' \\\n\t\t')} > "$new/journal" || broken`,
		'	mv -T "$new" "$box" 2>/dev/null',
		'}',
		'',
		'# The name: only one container can have it.',
		`step='claim the name'`,
		'umask 077',
		`[ -d ${parent} ] || run mkdir -p ${parent}`,
		'read -r boot < /proc/sys/kernel/random/boot_id',
		`trap 'rm -rf "$new"' EXIT`,
		...beforeClaim(input),
		'take_name || take_over',
		'umask 022',
		'',
		'# From here on everything is taken back, however this script ends.',
		'clean_up() {',
		'	status=$?',
		`	trap '' INT TERM HUP`,
		'	[ -z "$timer" ] || { kill -KILL "$timer" && wait "$timer"; } 2>/dev/null',
		'	exec 8>&- 9<&-',
		'	[ -z "$recorder" ] || { kill "$recorder" && wait "$recorder"; } 2>/dev/null',
		'	stop_all',
		'	exec 5<&- 6>&- 7>&-',
		'	for each in $relays; do wait "$each"; done',
		'	[ -z "$input_relay" ] || kill "$input_relay" 2>/dev/null',
		'	undo_all',
		'	[ -z "$not_clean" ] || status=125',
		'	exit "$status"',
		'}',
		'trap clean_up EXIT',
	];
}

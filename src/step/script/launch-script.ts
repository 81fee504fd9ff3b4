import type {HostFacts} from '../../host/facts.ts';
import {firstScript, startsInside} from '../verbs/command.ts';
import type {Action} from '../verbs/action.ts';
import {type Guard, guardLines} from './guard-script.ts';
import {clockLines, withClocks} from '../verbs/clock-words.ts';
import {shellCommand, shellWord} from '../verbs/shell-word.ts';
import type {Plan} from '../verbs/step.ts';
import {releaseTerminalWords} from './release-terminal.ts';
import {hostToolWords} from '../verbs/toolbox.ts';

/** The action that starts the first process. */
export function startAction(plan: Plan): Extract<Action, {kind: 'start'}> {
	const start = plan.steps.flatMap(step => (step.action.kind === 'start' ? [step.action] : []))[0];
	if (start === undefined) throw new TypeError('the plan starts nothing');
	return start;
}

/**
 * The lines of sh that join the cgroups and become unshare(1). A cgroup namespace begins where its maker is, so joining
 * comes first. unshare(1) stays, and talks on the status pipe: the command's own streams wait on 5, 6 and 7.
 *
 * @param prefix - words that the last command is run through
 */
export function launchLines(
	plan: Plan,
	conf: string,
	facts: HostFacts,
	prefix: readonly string[] = [],
): readonly string[] {
	const start = startAction(plan);
	const sh = hostToolWords(facts, 'sh') ?? [];
	const setsid = start.tty && startsInside(start) ? [...(hostToolWords(facts, 'setsid') ?? []), '--ctty'] : [];
	const made = (words: readonly string[]): readonly string[] =>
		words.length === 0 ? [] : [...(hostToolWords(facts, 'unshare') ?? []), ...words];
	const unshare = [...made(start.users), ...made(start.unshare)];
	return [
		// 0 is the process that writes, also where $$ would be the shell that this one was forked from.
		...start.cgroups.map(file => `echo 0 > ${shellWord(file)} || exit 125`),
		...(start.clocks === true ? clockLines : []),
		withClocks(
			`exec ${shellCommand([...prefix, ...(start.users.length > 0 && setsid.length > 0 ? releaseTerminalWords(facts) : []), ...unshare, ...setsid, ...sh, `${conf}/${firstScript(start)}`])}${setsid.length > 0 ? ' <&5' : ''}`,
			start,
		),
	];
}

/**
 * The sh program that the engine starts: {@link launchLines} with the descriptors put in order first.
 *
 * @param guard - of a container that ends with its starter; descriptor 5 tells of that
 */
export function launchScript(plan: Plan, conf: string, facts: HostFacts, guard?: Guard): string {
	return [
		'# Starts the first process of the container; written by tsbox.',
		...(guard === undefined ? [] : guardLines(guard)),
		'exec 5<&0 6>&1 7>&2 </dev/null >&3 2>&3',
		...launchLines(plan, conf, facts),
		'',
	].join('\n');
}

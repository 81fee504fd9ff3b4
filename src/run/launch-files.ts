import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {fstabText} from '../step/fstab.ts';
import {initScripts} from '../step/init-script.ts';
import {shellCommand, shellWord} from '../step/shell-word.ts';
import type {Plan} from '../step/step.ts';
import {hostToolWords} from '../step/toolbox.ts';

/** The sh program that joins the cgroups and becomes unshare(1). A cgroup namespace begins where its maker is, so joining comes first. */
export function launchScript(plan: Plan, conf: string, facts: HostFacts): string {
	const start = plan.steps.flatMap(step => (step.action.kind === 'start' ? [step.action] : []))[0];
	if (start === undefined) throw new TypeError('the plan starts nothing');
	const sh = hostToolWords(facts, 'sh') ?? [];
	const setsid = start.tty && start.unshare.length > 0 ? [...(hostToolWords(facts, 'setsid') ?? []), '--ctty'] : [];
	const unshare = start.unshare.length === 0 ? [] : [...(hostToolWords(facts, 'unshare') ?? []), ...start.unshare];
	return [
		'# Starts the first process of the container; written by tsbox.',
		// unshare(1) stays, and talks on the status pipe: the command's own streams wait on 5, 6 and 7.
		'exec 5<&0 6>&1 7>&2 </dev/null >&3 2>&3',
		...start.cgroups.map(file => `echo $$ > ${shellWord(file)} || exit 125`),
		`exec ${shellCommand([...unshare, ...setsid, ...sh, `${conf}/init.sh`])}${setsid.length > 0 ? ' <&5' : ''}`,
		'',
	].join('\n');
}

/** Writes the programs and mount tables of a plan into the container's folder, which the container side sees read-only. */
export function writeLaunchFiles(host: Host, plan: Plan, conf: string, facts: HostFacts, hold: boolean): void {
	const write = (name: string, text: string): void => host.append(`${conf}/${name}`, text);
	write('launch.sh', launchScript(plan, conf, facts));
	const {init, inside} = initScripts(plan.steps, conf, facts, hold);
	write('init.sh', init);
	if (inside !== null) write('inside.sh', inside);
	for (const {action} of plan.steps)
		if (action.kind === 'mountTable') write(`${action.name}.fstab`, fstabText(action.rows));
}

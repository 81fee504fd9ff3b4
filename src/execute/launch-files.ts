import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {filterFile, tracedFilterFile} from '../step/verbs/filter.ts';
import {type CallOptions, callRows} from '../step/calls/call-rows.ts';
import {callProgram} from '../step/calls/executor.ts';
import {fstabText} from '../step/verbs/fstab.ts';
import {initScripts} from '../step/script/init-script.ts';
import {launchScript} from '../step/script/launch-script.ts';
import type {Plan} from '../step/verbs/step.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';

/**
 * Writes what a plan's container side runs into the container's folder, which that side sees read-only: programs and mount tables, or
 * the calls with their executor.
 *
 * @param hasLauncher - a launcher makes the calls, and needs no files for them
 * @param moreCalls - what the executor of calls has besides
 * @returns the command line that starts it
 */
export function writeLaunchFiles(
	host: Host,
	plan: Plan,
	conf: string,
	facts: HostFacts,
	options: CallOptions,
	hasLauncher: boolean,
	moreCalls?: string,
): readonly string[] {
	const write = (name: string, text: string): void => host.append(`${conf}/${name}`, text);
	const makesCalls = plan.executor === 'calls';
	if (makesCalls && !hasLauncher) {
		write('launch.pl', callProgram(facts.kernel.arch, moreCalls));
		write('calls', callRows(plan, conf, facts, options));
	}
	// Their mode is a step of `gatherSteps`, since root of the container reads them.
	const hasScripts = !makesCalls || plan.steps.some(({id}) => id === 'mounts.open');
	if (hasScripts) writeScripts(plan, conf, facts, options, write);
	for (const {action} of plan.steps) {
		if (action.kind === 'openFilter') {
			// Readable for all, because setpriv(1) opens the filter again through /proc/self/fd/8, as the user that the
			// process has by then. The state folder keeps other users out.
			host.writeWhole(`${conf}/${filterFile}`, Buffer.from(action.filter, 'base64'), 0o644);
			if (action.traced !== undefined)
				host.writeWhole(`${conf}/${tracedFilterFile}`, Buffer.from(action.traced, 'base64'), 0o644);
		}
		if (action.kind !== 'mountTable') continue;
		if (hasScripts) write(`${action.name}.fstab`, fstabText(action.rows));
		for (const [name, text] of Object.entries(action.files ?? {})) host.writeWhole(`${conf}/${name}`, text, 0o644);
	}
	return makesCalls
		? [...(hostToolWords(facts, 'perl') ?? ['perl']), `${conf}/launch.pl`, `${conf}/calls`]
		: [facts.tools.sh?.path ?? 'sh', `${conf}/launch.sh`];
}

function writeScripts(
	plan: Plan,
	conf: string,
	facts: HostFacts,
	{hold, guard}: CallOptions,
	write: (name: string, text: string) => void,
): void {
	write('launch.sh', launchScript(plan, conf, facts, guard));
	const {gather, init, inside} = initScripts(plan.steps, conf, facts, hold);
	if (gather !== null) write('gather.sh', gather);
	write('init.sh', init);
	if (inside !== null) write('inside.sh', inside);
}

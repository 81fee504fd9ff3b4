import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {filterFile, tracedFilterFile} from '../step/verbs/filter.ts';
import {fstabText} from '../step/verbs/fstab.ts';
import {initScripts} from '../step/script/init-script.ts';
import type {Guard} from '../step/script/guard-script.ts';
import {launchScript} from '../step/script/launch-script.ts';
import type {Plan} from '../step/verbs/step.ts';

/** Options of the programs that a start writes. */
export interface LaunchOptions {
	/** The container side waits for a line from the gate before each step. */
	readonly hold: boolean;
	readonly guard: Guard | undefined;
}

/** Writes the programs and mount tables of a plan into the container's folder, which the container side sees read-only. */
export function writeLaunchFiles(
	host: Host,
	plan: Plan,
	conf: string,
	facts: HostFacts,
	{hold, guard}: LaunchOptions,
): void {
	const write = (name: string, text: string): void => host.append(`${conf}/${name}`, text);
	write('launch.sh', launchScript(plan, conf, facts, guard));
	const {gather, init, inside} = initScripts(plan.steps, conf, facts, hold);
	if (gather !== null) write('gather.sh', gather);
	write('init.sh', init);
	if (inside !== null) write('inside.sh', inside);
	for (const {action} of plan.steps) {
		if (action.kind === 'openFilter') {
			// Readable for all, because setpriv(1) opens the filter again through /proc/self/fd/8, as the user that the
			// process has by then. The state folder keeps other users out.
			host.writeWhole(`${conf}/${filterFile}`, Buffer.from(action.filter, 'base64'), 0o644);
			if (action.traced !== undefined)
				host.writeWhole(`${conf}/${tracedFilterFile}`, Buffer.from(action.traced, 'base64'), 0o644);
		}
		if (action.kind !== 'mountTable') continue;
		write(`${action.name}.fstab`, fstabText(action.rows));
		for (const [name, text] of Object.entries(action.files ?? {})) host.writeWhole(`${conf}/${name}`, text, 0o644);
	}
}

import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {run} from './guest.ts';

/** What the suite keeps over a reboot. */
export interface SuiteState {
	/** 1 in the first boot. */
	readonly boot: number;
	readonly passed: number;
	readonly failed: number;
	/** What there was before the first check. */
	readonly before: readonly string[];
}

const file = '/root/suite-state.json';

/** What the boot before has left; undefined in the first. */
export function keptState(): SuiteState | undefined {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as SuiteState;
	} catch {
		return undefined;
	}
}

/**
 * Ends this boot, and never settles: in the next one the suite is started anew. `shutdown` ends all units in their own way;
 * `power cut` resets the machine at once, with what was on disk by then.
 */
export async function reboot(kind: 'shutdown' | 'power cut', state: SuiteState): Promise<never> {
	writeFileSync(file, JSON.stringify(state));
	run(['sync']);
	if (kind === 'power cut') {
		writeFileSync('/proc/sys/kernel/sysrq', '1');
		writeFileSync('/proc/sysrq-trigger', 'b');
	} else {
		// The unit that the suite runs in ends the machine when it ends, but for this once: /run goes with the boot.
		const folder = '/run/systemd/system/vm-run.service.d';
		mkdirSync(folder, {recursive: true});
		writeFileSync(`${folder}/reboot.conf`, '[Unit]\nSuccessAction=none\nFailureAction=none\n');
		run(['systemctl', 'daemon-reload']);
		run(['systemctl', 'reboot']);
	}
	// Nothing else would hold the process until then.
	setInterval(() => {}, 1000);
	return new Promise<never>(() => {});
}

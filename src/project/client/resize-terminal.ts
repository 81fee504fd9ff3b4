import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {closeDescriptor} from '../../host/programs/stdio.ts';
import {type KeptTerminal, openTerminal} from '../../host/terminal/terminal.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';

/** A size in characters. */
export interface TerminalSize {
	readonly rows: number;
	readonly columns: number;
}

/**
 * Makes a function that resizes a terminal with stty(1). Calls run one at a time, and of those made meanwhile only the last
 * one runs. Does nothing if the terminal is gone or the host has no stty.
 */
export function resizer(host: Host, facts: HostFacts, terminal: KeptTerminal): (size: TerminalSize) => Promise<void> {
	const stty = hostToolWords(facts, 'stty');
	let wanted: TerminalSize | undefined;
	let busy: Promise<void> | undefined;
	const work = async (): Promise<void> => {
		for (let size = wanted; size !== undefined && stty !== undefined; size = wanted) {
			wanted = undefined;
			const fd = openTerminal(host, terminal);
			if (fd === undefined) return;
			const words = [...stty, 'rows', String(size.rows), 'cols', String(size.columns)];
			const {ended} = host.start(words, {stdio: [fd, 'ignore', 'ignore']});
			closeDescriptor(fd);
			await ended;
		}
	};
	return ({rows, columns}) => {
		// A terminal whose size was never set reports 0.
		if (rows > 0 && columns > 0) wanted = {rows, columns};
		return (busy ??= work().finally(() => (busy = undefined)));
	};
}

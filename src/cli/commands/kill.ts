import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {tell} from '../output/tell.ts';
import {containerNames} from '../options/arguments.ts';

/** `tsbox kill`: sends a signal to containers. */
export const kill = defineCommand({
	name: 'kill',
	describe: 'Send a signal to containers, SIGKILL by default',
	examples: [
		['tsbox kill demo', 'kill all its processes'],
		['tsbox kill -s HUP demo', 'tell its first process to reload its configuration'],
		['tsbox kill -s 15 web worker', 'several, by number'],
	],
	options: {
		signal: {
			kind: 'text',
			short: 's',
			value: 'SIGNAL',
			describe: 'Signal name, with or without SIG, or number; default KILL',
		},
	},
	positionals: [containerNames],
	async run({values: {signal = 'SIGKILL'}, positionals}, {io, engine, folders}) {
		const {parseSignal} = await import('../../spec/values/signal.ts');
		const parsed = parseSignal(signal);
		if (!parsed.ok) {
			const {usageError} = await import('../options/usage-error.ts');
			throw usageError(`--signal ${parsed.problem}`, undefined, 'kill');
		}
		const machine = await engine.openMachine(folders);
		return eachName(positionals, io, async name => {
			const {pending} = await engine.signalContainer(machine, name, parsed.value);
			if (pending) tell(io, `${name} is paused and receives ${parsed.value} once it is unpaused`);
			return name;
		});
	},
});

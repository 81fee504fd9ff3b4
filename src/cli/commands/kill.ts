import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {tell} from '../output/tell.ts';

/** `tsbox kill`: a signal for containers. */
export const kill = defineCommand({
	name: 'kill',
	describe: 'Send a signal to containers, SIGKILL by default',
	examples: [
		['tsbox kill demo', 'end it at once, all its processes'],
		['tsbox kill -s HUP demo', 'have its first process read its configuration again'],
		['tsbox kill -s 15 web worker', 'several, by number'],
	],
	options: {
		signal: {kind: 'text', short: 's', value: 'SIGNAL', describe: 'A name, with or without SIG, or a number'},
	},
	positionals: [{name: 'NAME', describe: 'Containers', required: true, many: true, completes: 'container'}],
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
			if (pending) tell(io, `${name} is paused and gets ${parsed.value} when it goes on`);
			return name;
		});
	},
});

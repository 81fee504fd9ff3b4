import {anyServices} from '../../options/project-verb.ts';
import {parseSignal} from '../../../spec/values/signal.ts';
import {eachName} from '../../options/each-name.ts';
import {usageError} from '../../options/usage-error.ts';
import {tell} from '../../output/tell.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containersOf, idsOf} from '../parts/project-of.ts';
import {down} from './down.ts';

const positionals = [anyServices];

/** `tsbox compose kill`. */
export const kill = defineComposeVerb({
	name: 'kill',
	describe: 'Send a signal to containers, SIGKILL by default',
	examples: [['tsbox compose kill -s HUP web', 'tell it to reload its configuration']],
	options: {
		signal: {kind: 'text', short: 's', value: 'SIGNAL', describe: 'Signal, with or without SIG; default SIGKILL'},
		'remove-orphans': {kind: 'flag', describe: 'Also remove containers of services that the files do not have'},
	},
	dry: 'containers',
	positionals,
	async run({values, positionals: services}, context) {
		const {io, engine} = context;
		const signal = parseSignal(values.signal ?? 'SIGKILL');
		if (!signal.ok) throw usageError(`--signal ${signal.problem}`, undefined, 'compose kill');
		const {machine, containers} = await containersOf(context, services);
		const running = containers.filter(({state}) => state === 'running' || state === 'paused');
		const status = await eachName(idsOf(running), io, async name => {
			await engine.signalContainer(machine, name, signal.value);
			return name;
		});
		if (values['remove-orphans'] && running.length < containers.length)
			tell(io, 'orphans that have ended are removed by `tsbox compose up --remove-orphans`');
		return status;
	},
});

/** `tsbox compose pause`. */
export const pause = defineComposeVerb({
	name: 'pause',
	describe: 'Freeze all processes of containers',
	examples: [['tsbox compose pause web', 'one service']],
	options: {},
	dry: 'containers',
	positionals,
	async run({positionals: services}, context) {
		const {machine, containers} = await containersOf(context, services);
		const running = containers.filter(({state}) => state === 'running');
		return eachName(idsOf(running), context.io, async name => {
			await context.engine.pause(machine, name);
			return name;
		});
	},
});

/** `tsbox compose unpause`. */
export const unpause = defineComposeVerb({
	name: 'unpause',
	describe: 'Let the processes of paused containers go on',
	examples: [['tsbox compose unpause web', 'one service']],
	options: {},
	dry: 'containers',
	positionals,
	async run({positionals: services}, context) {
		const {machine, containers} = await containersOf(context, services);
		const paused = containers.filter(({state}) => state === 'paused');
		return eachName(idsOf(paused), context.io, async name => {
			await context.engine.unpause(machine, name);
			return name;
		});
	},
});

/** `tsbox compose wait`. */
export const wait = defineComposeVerb({
	name: 'wait',
	describe: 'Wait until containers exit; returns the exit status of the last one',
	examples: [['tsbox compose wait tests', 'until the tests are over']],
	options: {'down-project': {kind: 'flag', describe: 'Take the project down when the first container exits'}},
	dry: 'none',
	positionals: [{name: 'SERVICE', describe: 'Services', required: true, many: true, completes: 'service'}],
	async run({values, positionals: services}, context) {
		const {io, engine} = context;
		const {machine, containers} = await containersOf(context, services);
		if (containers.length === 0) throw usageError(`no container of ${services.join(', ')}`, undefined, 'compose wait');
		let status = 0;
		const ends = idsOf(containers).map(async name => {
			const code = await engine.wait(machine, name);
			io.out(`container ${name} exited with status ${code}\n`);
			status = code;
		});
		await (values['down-project'] ? Promise.race(ends) : Promise.all(ends));
		if (!values['down-project']) return status;
		for (const end of ends) end.catch(() => {});
		const options = {timeout: undefined, 'remove-orphans': false, rmi: undefined, volumes: false};
		await down.run({values: options, positionals: [], rest: undefined}, context);
		return status;
	},
});

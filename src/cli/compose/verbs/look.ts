import {anyServices} from '../../options/project-verb.ts';
import {events as ownEvents} from '../../commands/events.ts';
import {stats as ownStats} from '../../commands/stats.ts';
import {processTable} from '../../../view/lists/process-table.ts';
import {urlHost} from '../../../network/address.ts';
import {escapeText} from '../../../view/text/escape.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {usageError} from '../../options/usage-error.ts';
import {lookOf} from '../../output/look-of.ts';
import {tell} from '../../output/tell.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containerOf, containersOf, idsOf} from '../parts/project-of.ts';
import {indexOption, pickOptions} from '../parts/shared-options.ts';

/** `tsbox compose port`. */
export const port = defineComposeVerb({
	name: 'port',
	describe: 'Print where a port of a service is published',
	examples: [['tsbox compose port web 80', 'prints 0.0.0.0:8080']],
	options: {
		...indexOption,
		protocol: {kind: 'text', value: 'NAME', choices: ['tcp', 'udp'], describe: 'tcp or udp; default tcp'},
	},
	positionals: [
		{name: 'SERVICE', describe: 'Service', required: true, completes: 'service'},
		{name: 'PORT', describe: 'Port in the container', required: true, completes: 'none'},
	],
	async run({values, positionals: [service = '', word = '']}, context) {
		const {io, engine} = context;
		if (!/^\d{1,5}$/.test(word)) throw usageError(`a port is a number, not "${word}"`, undefined, 'compose port');
		const {machine, container} = await containerOf(context, service, values.index);
		const {open} = await engine.ports(machine, container.id ?? container.name);
		const protocol = values.protocol ?? 'tcp';
		const found = open.find(each => each.port === Number(word) && each.protocol === protocol);
		if (found === undefined) {
			tell(io, `no port ${word}/${protocol} of ${container.name} is published`);
			return 1;
		}
		io.out(`${urlHost(found.address)}:${found.hostPort}\n`);
		return 0;
	},
});

/** `tsbox compose top`. */
export const top = defineComposeVerb({
	name: 'top',
	describe: 'List the processes of containers',
	examples: [['tsbox compose top web', 'one service']],
	options: {},
	positionals: [anyServices],
	async run({positionals: services}, context) {
		const {io, engine} = context;
		const {machine, containers} = await containersOf(context, services, {oneOff: true});
		for (const {id, name, state} of containers) {
			if (state === 'exited') continue;
			const processes = await engine.top(machine, id ?? name);
			io.out(`${escapeText(name)}\n${processTable(processes, await lookOf(io, 'stdout', processes))}\n`);
		}
		return 0;
	},
});

/** `tsbox compose stats`. */
export const stats = defineComposeVerb({
	name: 'stats',
	describe: 'Show CPU, memory, process, network, and disk use',
	examples: [['tsbox compose stats --no-stream', 'all services, once']],
	options: pickOptions(ownStats.options, ['format', 'no-stream']),
	ignored: {
		all: {kind: 'flag', short: 'a', why: 'a container that does not run uses nothing'},
		'no-trunc': {kind: 'flag', why: 'nothing is cut'},
	},
	positionals: [{name: 'SERVICE', describe: 'Service; default all', many: true, completes: 'service'}],
	async run({values, positionals: services}, context) {
		const {containers} = await containersOf(context, services, {oneOff: true});
		const running = containers.filter(({state}) => state !== 'exited');
		if (running.length === 0) return 0;
		const all = {...parseArguments(ownStats, []).values, ...values};
		return ownStats.run({values: all, positionals: idsOf(running), rest: undefined}, context);
	},
});

/** `tsbox compose events`. */
export const events = defineComposeVerb({
	name: 'events',
	describe: 'Print the events of the project until it is down',
	examples: [['tsbox compose events --json', 'one line of JSON per event']],
	options: pickOptions(ownEvents.options, ['json']),
	refused: {
		since: {kind: 'text', why: 'events are told as they happen', hint: '`tsbox dash` shows those of the past'},
		until: {
			kind: 'text',
			why: 'events are told as they happen',
			hint: 'end it with timeout(1): `timeout 60 tsbox ...`',
		},
	},
	positionals: [],
	run: async ({values}, context) =>
		ownEvents.run(
			{values: {...parseArguments(ownEvents, []).values, ...values}, positionals: [], rest: undefined},
			context,
		),
});

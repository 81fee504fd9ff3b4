import {anyServices} from '../../options/project-verb.ts';
import {hasService} from '../../../spec/project/has-service.ts';
import {jsonText} from '../../../view/text/json.ts';
import {composePsTable, psFields} from '../../../view/compose/ps-rows.ts';
import {formatOption, rowsBy} from '../../options/format-option.ts';
import {usageError} from '../../options/usage-error.ts';
import {lookOf} from '../../output/look-of.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containersOf, projectOf} from '../parts/project-of.ts';

const states = ['paused', 'restarting', 'removing', 'running', 'dead', 'created', 'exited'] as const;

/** `tsbox compose ps`. */
export const ps = defineComposeVerb({
	name: 'ps',
	describe: 'List containers',
	examples: [['tsbox compose ps --format json', 'one JSON object per line, with the names of docker compose']],
	options: {
		all: {kind: 'flag', short: 'a', describe: 'Also list stopped containers'},
		filter: {kind: 'list', value: 'status=STATE', describe: 'List containers in this state'},
		...formatOption,
		'no-trunc': {kind: 'flag', describe: 'Print long commands whole'},
		orphans: {
			kind: 'text',
			value: 'BOOL',
			choices: ['true', 'false'],
			describe: 'List containers of services that the files do not have; default true',
		},
		quiet: {kind: 'flag', short: 'q', describe: 'Print only names'},
		services: {kind: 'flag', describe: 'Print services'},
		status: {kind: 'list', value: 'STATE', choices: states, describe: 'List containers in this state'},
	},
	positionals: [anyServices],
	async run({values, positionals: services}, context) {
		const {io} = context;
		const status = [...values.status, ...values.filter.map(statusOf)];
		// As in Compose, those of `compose run` only with -a.
		const {containers} = await containersOf(context, services, {oneOff: values.all});
		const project = values.orphans === 'false' ? await projectOf(context) : undefined;
		const shown = containers
			.filter(({service}) => project === undefined || hasService(project, service))
			.filter(({state}) =>
				status.length > 0 ? status.includes(state) : values.all || !['exited', 'created'].includes(state),
			);
		if (values.services) {
			io.out([...new Set(shown.map(({service}) => service))].map(name => `${name}\n`).join(''));
			return 0;
		}
		if (values.quiet) {
			io.out(shown.map(({name}) => `${name}\n`).join(''));
			return 0;
		}
		const rows = shown.map(each => psFields(each, io.now(), !values['no-trunc']));
		const {format = 'table'} = values;
		if (format === 'json') io.out(rows.map(row => jsonText(row)).join(''));
		else if (format === 'table') io.out(composePsTable(rows, await lookOf(io, 'stdout', rows)));
		else io.out(await rowsBy(format.replace(/^pretty$/, 'table'), rows, psFields(undefined, io.now(), true)));
		return 0;
	},
});

function statusOf(filter: string): string {
	const [, state] = /^status=(.+)$/.exec(filter) ?? [];
	if (state === undefined || !states.some(each => each === state))
		throw usageError(`--filter is status=STATE, with ${states.join(', ')}, not "${filter}"`, undefined, 'compose ps');
	return state;
}

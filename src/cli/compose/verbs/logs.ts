import {anyServices} from '../../options/project-verb.ts';
import {logs as own} from '../../commands/logs.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containerOf, containersOf} from '../parts/project-of.ts';
import {indexOption, pickOptions} from '../parts/shared-options.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {usageError} from '../../options/usage-error.ts';

/** `tsbox compose logs`. */
export const logs = defineComposeVerb({
	name: 'logs',
	describe: 'Show the output of containers',
	examples: [['tsbox compose logs -f --tail 20 web', 'the last lines of a service, then new ones']],
	options: {
		...pickOptions(own.options, ['follow', 'since', 'tail', 'timestamps', 'until']),
		...indexOption,
		'no-color': {kind: 'flag', describe: 'Print without colors'},
		'no-log-prefix': {kind: 'flag', describe: 'Do not prefix lines with the service name'},
	},
	positionals: [anyServices],
	async run({values, positionals: services}, context) {
		const {containers, project} = await containersOf(context, services);
		// As in Compose, what has not been started has printed nothing.
		if (containers.length === 0) return 0;
		if (values.index !== undefined && services.length !== 1)
			throw usageError('--index needs one service', undefined, 'compose logs');
		const one = values.index === undefined ? undefined : await containerOf(context, services[0] ?? '', values.index);
		const words = one === undefined ? services : [one.container.id ?? one.container.name];
		const io = values['no-color'] ? {...context.io, env: {...context.io.env, NO_COLOR: '1'}} : context.io;
		const all = {...parseArguments(own, []).values, ...values, 'no-prefix': values['no-log-prefix']};
		const selected = {...context.selected, projectName: project};
		return own.run({values: all, positionals: words, rest: undefined}, {...context, io, selected});
	},
});

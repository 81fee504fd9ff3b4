import {attach as ownAttach} from '../../commands/attach.ts';
import {exec as own} from '../../commands/exec.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {execInBackground} from '../parts/exec-in-background.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containerOf} from '../parts/project-of.ts';
import {indexOption, pickOptions} from '../parts/shared-options.ts';

/** `tsbox compose exec`. */
export const exec = defineComposeVerb({
	name: 'exec',
	describe: 'Run a command in a running container of a service',
	examples: [
		['tsbox compose exec web sh', 'a shell'],
		['tsbox compose exec -T db sh -c "cat > /tmp/dump" < dump', 'with standard input from a file'],
	],
	options: {
		...pickOptions(own.options, ['env', 'no-tty', 'user', 'workdir', 'interactive', 'tty']),
		...indexOption,
		'no-TTY': {kind: 'flag', describe: 'The same as --no-tty'},
		detach: {kind: 'flag', short: 'd', describe: 'Run it in the background'},
	},
	refused: {
		privileged: {
			kind: 'flag',
			why: 'a command gets no more privileges than its container has',
			hint: 'set `privileged: true` or `cap_add` for the service, or enter with nsenter(1)',
		},
	},
	dry: 'none',
	positionals: [{name: 'SERVICE', describe: 'Service', required: true, completes: 'service'}],
	rest: {required: true, bare: true},
	async run({values, positionals: [service = ''], rest}, context) {
		const {container} = await containerOf(context, service, values.index);
		const name = container.id ?? container.name;
		const noTty = values['no-tty'] || values['no-TTY'];
		if (values.detach) return execInBackground(name, {...values, command: rest ?? []}, context);
		const all = {...parseArguments(own, ['x', '--', 'x']).values, ...values, 'no-tty': noTty};
		return own.run({values: all, positionals: [name], rest}, context);
	},
});

/** `tsbox compose attach`. */
export const attach = defineComposeVerb({
	name: 'attach',
	describe: 'Attach to the input and output of a container',
	examples: [['tsbox compose attach web', 'Ctrl-P Ctrl-Q detaches from a terminal']],
	options: {...ownAttach.options, ...indexOption},
	positionals: [{name: 'SERVICE', describe: 'Service', required: true, completes: 'service'}],
	async run({values, positionals: [service = '']}, context) {
		const {container} = await containerOf(context, service, values.index);
		return ownAttach.run({values, positionals: [container.name], rest: undefined}, context);
	},
});

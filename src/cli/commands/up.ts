import {hasScreen} from '../has-screen.ts';
import {defineCommand} from '../command.ts';
import {given, planOptions, ttyOptions} from '../run-options.ts';
import {startContainer} from '../start-container.ts';
import {usageError} from '../usage-error.ts';
import {wantsTty} from '../wants-tty.ts';

/** `tsbox up`: a container from spec to clean-up, in the foreground. */
export const up = defineCommand({
	name: 'up',
	describe: 'Start the container of a spec, stay with it, clean up after it',
	examples: [
		['tsbox up', 'the spec of this folder'],
		['tsbox up demo.yaml', 'the spec of this file'],
		['tsbox up stack.yaml web', 'one of several services'],
		['tsbox up --step demo.yaml', 'wait for Enter before each step'],
		['tsbox up --json demo.yaml 2>/dev/null | jq .type', 'the events as lines of JSON'],
	],
	options: {
		json: {
			kind: 'flag',
			describe: 'Print each event as a line of JSON; the output of the command goes to standard error',
		},
		step: {kind: 'flag', describe: 'Wait for Enter before each step and say what it is for'},
		plain: {kind: 'flag', describe: 'Show the progress as plain lines'},
		...planOptions,
		...ttyOptions,
	},
	positionals: [
		{name: 'SPEC', describe: 'Spec file; without it tsbox.yaml of this folder or one above', completes: 'file'},
		{name: 'SERVICE', describe: 'Entry of services: in the spec', completes: 'none'},
	],
	async run({values, positionals: [file, service]}, context) {
		const {io} = context;
		if (values.json && values.step) throw usageError('--json and --step exclude each other', undefined, 'up');
		if (values.step && !io.isTerminal('stdin'))
			throw usageError('--step needs a terminal to wait for Enter', undefined, 'up');
		const progress = values.json ? 'json' : values.step ? 'step' : values.plain || !hasScreen(io) ? 'plain' : 'screen';
		const spec = {cwd: io.cwd, env: io.env, bestEffort: values['best-effort'], ...given({file, service})};
		return startContainer({verb: 'up', spec, tty: !values.json && wantsTty(values, io), progress}, context);
	},
});

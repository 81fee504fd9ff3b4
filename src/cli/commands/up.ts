import {hasScreen} from '../has-screen.ts';
import {defineCommand} from '../command.ts';
import {given, planOptions, ttyOptions} from '../run-options.ts';
import {startContainer} from '../start-container.ts';
import {upInBackground} from '../up-in-background.ts';
import {usageError} from '../usage-error.ts';
import {wantsTty} from '../wants-tty.ts';

/** `tsbox up`: a container from spec to clean-up, in the foreground. */
export const up = defineCommand({
	name: 'up',
	describe: 'Start the container of a spec and stay with it; with -d its services, in the background',
	examples: [
		['tsbox up', 'the spec of this folder'],
		['tsbox up demo.yaml', 'the spec of this file'],
		['tsbox up stack.yaml web', 'one of several services'],
		['tsbox up -d --wait stack.yaml', 'all services in the background; returns when they are healthy'],
		['tsbox up -d --scale web=3 stack.yaml', 'three containers of one service'],
		['tsbox up -d --profile debug stack.yaml', 'those with this profile too'],
		['tsbox up --step demo.yaml', 'wait for Enter before each step'],
		['tsbox up --json demo.yaml 2>/dev/null | jq .type', 'the events as lines of JSON'],
	],
	options: {
		json: {
			kind: 'flag',
			describe: 'Print each event as a line of JSON; the output of the command goes to standard error',
		},
		detach: {kind: 'flag', short: 'd', describe: 'Start the services in the background and return when they run'},
		wait: {kind: 'flag', describe: 'With -d: return when all are healthy'},
		'wait-timeout': {kind: 'number', value: 'SECONDS', describe: 'With -d: give up waiting after this long'},
		scale: {kind: 'list', value: 'SERVICE=N', describe: 'With -d: run this many containers of a service'},
		step: {kind: 'flag', describe: 'Wait for Enter before each step and say what it is for'},
		plain: {kind: 'flag', describe: 'Show the progress as plain lines'},
		...planOptions,
		...ttyOptions,
	},
	positionals: [
		{name: 'SPEC', describe: 'Spec file; without it tsbox.yaml of this folder or one above', completes: 'file'},
		{
			name: 'SERVICE',
			describe: 'Entry of services: in the spec; with -d several, or all without',
			many: true,
			completes: 'none',
		},
	],
	async run({values, positionals: [file, ...services]}, context) {
		const {io} = context;
		const [service, other] = services;
		if (values.detach || values.wait) return upInBackground(values, file, services, context);
		if (values['wait-timeout'] !== undefined) throw usageError('--wait-timeout is for -d', undefined, 'up');
		if (values.scale.length > 0) throw usageError('--scale is for -d', undefined, 'up');
		if (other !== undefined) throw usageError('only with -d more than one service is started', undefined, 'up');
		if (values.json && values.step) throw usageError('--json and --step exclude each other', undefined, 'up');
		if (values.step && !io.isTerminal('stdin'))
			throw usageError('--step needs a terminal to wait for Enter', undefined, 'up');
		const progress = values.json ? 'json' : values.step ? 'step' : values.plain || !hasScreen(io) ? 'plain' : 'screen';
		const spec = {
			cwd: io.cwd,
			env: io.env,
			bestEffort: values['best-effort'],
			profiles: values.profile,
			...given({file, service}),
		};
		return startContainer({verb: 'up', spec, tty: !values.json && wantsTty(values, io), progress}, context);
	},
});

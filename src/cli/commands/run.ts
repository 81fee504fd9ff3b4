import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {escapeText} from '../../view/text/escape.ts';
import {defineCommand} from '../verb/command.ts';
import {refuseUnlocked} from '../up/refuse-unlocked.ts';
import {
	buildOptions,
	commandOptions,
	lockedOptions,
	planOptions,
	recordOptions,
	specRequest,
} from '../options/run-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {endRest, frontRest} from '../up/front-rest.ts';
import {startContainer} from '../up/start-container.ts';
import {needTerminal, wantsTty} from '../options/wants-tty.ts';
import {requiredSpec, serviceName} from '../options/arguments.ts';

/** `tsbox run`: runs a command in a one-off container. */
export const run = defineCommand({
	name: 'run',
	describe: 'Run a command in a new container, then remove the container',
	examples: [
		['tsbox run demo.yaml -- ls -l /', 'another command than in the spec'],
		['tsbox run -it demo.yaml -- sh', 'a shell'],
		['tsbox run -e MODE=test -v ./src:/src:ro demo.yaml -- make -C /src', 'with a variable and a host folder'],
		['tsbox run --record demo.yaml -- make', 'and record the run, see `tsbox runs`'],
		['tar -c . | tsbox run -T demo.yaml -- tar -t', 'in a pipe'],
	],
	options: {
		...commandOptions,
		volume: {
			kind: 'list',
			short: 'v',
			value: 'SOURCE:TARGET[:ro]',
			describe: 'Mount a host path or a named volume of the spec',
		},
		name: {kind: 'text', value: 'NAME', describe: 'Name of the container'},
		userns: {
			kind: 'text',
			value: 'auto|host',
			choices: ['auto', 'host'],
			describe: 'User namespace: auto for its own ids, host for none',
		},
		egress: {
			kind: 'list',
			value: 'NAME[:PORT]|ADDRESS',
			describe: 'Let it reach this outside of its networks, and nothing else; see `egress`',
		},
		step: {kind: 'flag', describe: 'Explain each step and ask what to do before it'},
		rm: {kind: 'flag', describe: 'Remove the container afterwards (always done)'},
		reproducible: {kind: 'flag', describe: 'Reproducible run, as with `reproducible: true`'},
		'trace-seccomp': {kind: 'flag', describe: 'Report the system calls that the seccomp filter refuses'},
		...buildOptions,
		...lockedOptions,
		...recordOptions,
		...planOptions,
	},
	positionals: [requiredSpec, serviceName],
	rest: {required: false},
	async run({values, positionals: [file, service], rest}, context) {
		const {io} = context;
		const left = frontRest(io.env);
		if (left !== undefined) return await endRest(left, context);
		if (values.step) needTerminal(io, 'run');
		const overrides = present({
			name: values.name,
			command: rest,
			environment: values.env,
			volumes: values.volume,
			egress: values.egress.length === 0 ? undefined : values.egress,
			workingDir: values.workdir,
			user: values.user,
			reproducible: values.reproducible ? true : undefined,
			// The parser allows only the choices above.
			userns: values.userns as 'auto' | 'host' | undefined,
		});
		const spec = specRequest(io, values, {file, service, overrides, traceSeccomp: values['trace-seccomp']});
		try {
			const pinned = await refuseUnlocked(
				values,
				'run',
				spec,
				{services: service === undefined ? [] : [service], alone: true},
				context,
			);
			return await startContainer(
				{
					verb: 'run',
					spec: pinned,
					tty: wantsTty(values, io),
					progress: values.step ? 'step' : 'quiet',
					record: values.record,
					build: values.build,
					front: !values.step && !values.build && !values.locked && !values.record && !values['trace-seccomp'],
				},
				context,
			);
		} catch (error) {
			throw rest === undefined && service !== undefined ? orCommand(error, file ?? '', service) : error;
		}
	},
});

/** Adds a hint to a "no service" error, for a user who meant the word as a command. */
function orCommand(error: unknown, file: string, word: string): unknown {
	if (!isTsboxError(error) || error.code !== 'E_USAGE' || !error.message.endsWith(` has no service ${word}`))
		return error;
	const line = shellCommand(['tsbox', 'run', file, '--', word]);
	return new TsboxError('E_USAGE', error.message, {
		hint: `${error.hint ?? ''}; put \`--\` before a command: \`${escapeText(line)}\``,
	});
}

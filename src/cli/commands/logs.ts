import {colourOf} from '../output/colour-of.ts';
import {defineCommand} from '../verb/command.ts';
import {projectPositionals} from '../options/project-verb.ts';
import {longProjectOptions, selectedProject} from '../options/project-options.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {batchedBytes} from '../output/batched-bytes.ts';
import {present} from '../../spec/syntax/pick.ts';
import {usageError} from '../options/usage-error.ts';

/** `tsbox logs`: shows the output of containers in the background. */
export const logs = defineCommand({
	name: 'logs',
	describe: 'Show the output of containers in the background',
	examples: [
		['tsbox logs', 'all services of the spec in this folder'],
		['tsbox logs -f --tail 20 shop web', 'the last lines of one service, then new ones'],
		['tsbox logs --since 10m --timestamps shop-web-1', 'one container, the last ten minutes'],
	],
	options: {
		follow: {kind: 'flag', short: 'f', describe: 'Follow until Ctrl-C, or until no container runs'},
		tail: {kind: 'text', short: 'n', value: 'N', describe: 'Show only the last N lines of each service; default all'},
		since: {kind: 'text', value: 'TIME', describe: 'Show only later output: 10m, or 2026-01-31T12:00:00Z'},
		until: {kind: 'text', value: 'TIME', describe: 'Show only earlier output'},
		timestamps: {kind: 'flag', short: 't', describe: 'Show the time of each line'},
		raw: {kind: 'flag', describe: 'Do not escape control characters on a terminal'},
		'no-prefix': {kind: 'flag', describe: 'Do not prefix lines with the service name'},
		...longProjectOptions,
	},
	positionals: projectPositionals,
	async run({values, positionals}, context) {
		const {io, engine, folders} = context;
		const {target: word, services, selection} = selectedProject(values, positionals, context);
		const tail = values.tail === undefined || values.tail === 'all' ? undefined : Number(values.tail);
		if (tail !== undefined && (!Number.isInteger(tail) || tail < 0))
			throw usageError(`--tail is a number of lines, not "${values.tail ?? ''}"`, undefined, 'logs');
		const machine = await engine.openMachine(folders);
		const stop = stopSignals(io, 'the output');
		const {sinceTime} = await import('../../view/text/since-time.ts');
		const timeOf = (option: string, word: string | undefined): number | undefined => {
			const time = word === undefined ? undefined : sinceTime(word, io.now());
			if (!Number.isNaN(time)) return time;
			throw usageError(`--${option} is a duration such as 10m or a date, not "${word ?? ''}"`, undefined, 'logs');
		};
		const since = timeOf('since', values.since);
		const until = timeOf('until', values.until);
		const out = batchedBytes(io);
		const gone = new AbortController();
		// `logs | head` closes the output early.
		const heard = io.onReaderGone(() => gone.abort());
		try {
			const target = await engine.projectTarget(machine, word, {cwd: io.cwd, env: io.env, ...selection}, services);
			const {logWriter} = await import('../../view/lists/log-lines.ts');
			const {logNames} = await import('../../view/lists/log-names.ts');
			const containers = await engine.listProjectContainers(machine, target.project);
			const meant = containers.map(({name, made}) => ({...made, name}));
			const terminal = io.isTerminal('stdout');
			const write = logWriter({
				prefix: !values['no-prefix'],
				timestamps: values.timestamps,
				colour: colourOf(io, 'stdout'),
				escape: terminal && !values.raw,
				names: logNames(meant, context.selected === undefined ? undefined : target.project),
			});
			await engine.readLogs(
				machine,
				target,
				{follow: values.follow, ...present({tail, since, until})},
				piece => out.write(piece.stream, write(piece)),
				AbortSignal.any([stop.signal, gone.signal]),
			);
			return 0;
		} finally {
			if (!gone.signal.aborted) out.flush();
			heard();
			stop.close();
		}
	},
});

import {constants} from 'node:os';
import {interruption} from '../../errors/interruption.ts';
import {noSuchService} from '../../container/machine/no-service.ts';
import type {Project} from '../../spec/model/project.ts';
import type {UpManner} from '../../project/state/control.ts';
import type {PlannedWatch} from '../../project/watch/watch-project.ts';
import {bytes as size} from '../../spec/values/bytes.ts';
import {logWriter} from '../../view/lists/log-lines.ts';
import {logNames} from '../../view/lists/log-names.ts';
import {projectEventText} from '../../view/lists/project-event.ts';
import {batchedBytes} from '../output/batched-bytes.ts';
import {colourOf} from '../output/colour-of.ts';
import type {Context} from '../verb/command.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {programOf} from '../verb/program.ts';
import {present} from '../../spec/syntax/pick.ts';
import {imageBuilder} from '../build/image-builder.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {watchFiles} from './watch-files.ts';
import {whenStarted} from './when-started.ts';

/** The options of `up` that are used here. */
interface VerbOptions {
	readonly json: boolean;
	readonly build: boolean;
	readonly 'best-effort': boolean;
	readonly 'abort-on-container-exit': boolean;
	readonly 'abort-on-container-failure': boolean;
	readonly timestamps: boolean;
	readonly manner?: UpManner;
	readonly 'exit-code-from': string | undefined;
	readonly 'no-log-prefix': boolean;
	readonly attach: readonly string[];
	readonly 'no-attach': readonly string[];
	/** Files to follow. */
	readonly watched?: PlannedWatch;
}

/**
 * `tsbox up` of several containers: shows their output until all have exited or a signal stops them. Returns the exit
 * status.
 */
export async function upInForeground(
	values: VerbOptions,
	project: Project,
	spec: SpecRequest,
	services: readonly string[],
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	const {attach, json, 'no-attach': notAttached, 'exit-code-from': exitCodeFrom} = values;
	const known = new Set(project.services.map(({service}) => service));
	for (const word of [...attach, ...notAttached]) if (!known.has(word)) throw noSuchService(project, word);
	const stop = stopSignals(io, 'the start');
	const gone = new AbortController();
	const out = batchedBytes(io);
	const say = (text: string): void => {
		out.flush();
		io.err(`${text}\n`);
	};
	const names = logNames(project.services, context.selected === undefined ? undefined : project.name);
	const writerTo = (stream: 'stdout' | 'stderr') =>
		logWriter({
			prefix: !values['no-log-prefix'],
			timestamps: values.timestamps,
			colour: colourOf(io, stream),
			escape: io.isTerminal(stream),
			names,
		});
	const writers = {stdout: writerTo(json ? 'stderr' : 'stdout'), stderr: writerTo('stderr')};
	const target = (stream: 'stdout' | 'stderr') => (json ? 'stderr' : stream);
	// A closed output (`up | head`) or a full disk stops the containers like a signal.
	const heard = io.onOutputFailed(errno => {
		if (!gone.signal.aborted && errno !== 'EPIPE') io.err(`cannot write standard output: ${errno}\n`);
		gone.abort(interruption('the start', 'SIGPIPE'));
	});
	const over = new AbortController();
	const started = whenStarted(project, values.watched);
	const watching =
		values.watched === undefined
			? undefined
			: watchFiles(
					{
						planned: values.watched,
						spec,
						ready: started.all(AbortSignal.any([over.signal, stop.signal])),
						json,
						quiet: false,
						prune: true,
						bestEffort: values['best-effort'],
						stop: {signal: AbortSignal.any([over.signal, stop.signal, gone.signal]), force: stop.force},
						say: text => (json ? io.out(`${text}\n`) : say(text)),
						// They come with those of the start.
						onProject: () => {},
					},
					context,
				);
	// It is awaited when the containers have ended.
	watching?.catch(() => {});
	try {
		const end = await engine.upAttached(await engine.openMachine(folders), {
			spec,
			services,
			program: programOf(io),
			signal: AbortSignal.any([stop.signal, gone.signal]),
			force: stop.force,
			buildImages: imageBuilder(context, values, stop),
			abortOnExit:
				values['abort-on-container-exit'] || exitCodeFrom !== undefined
					? true
					: values['abort-on-container-failure'] && 'failure',
			...present({exitCodeFrom, manner: values.manner, keep: context.selected === undefined ? undefined : true}),
			isShown: service =>
				notAttached.includes(service) ? false : attach.length === 0 ? undefined : attach.includes(service),
			output: {
				write: piece => {
					if (!gone.signal.aborted) out.write(target(piece.stream), writers[piece.stream](piece));
				},
				room: stream => io.room(target(stream)),
				lost: (label, bytes) => say(`${label}: ${size(bytes)} of output was dropped before they were shown`),
			},
			stopping: why => {
				// Overwrites the ^C that the terminal echoes.
				if ('signal' in why) say(`${io.isTerminal('stderr') ? '\r' : ''}stopping; press Ctrl-C again to kill`);
				else say(`${why.ended} has exited; stopping all containers`);
			},
			...(io.isTerminal('stdin') && {
				leaving: project =>
					say(
						`\r${project} keeps running in the background; \`tsbox logs -f ${project}\` shows its output, \`tsbox down ${project}\` stops it`,
					),
			}),
			emit: event => {
				if (event.type === 'service.orphaned' && io.env['COMPOSE_IGNORE_ORPHANS'] === 'true') return;
				started.look(event);
				const text = json
					? JSON.stringify(event)
					: event.type === 'service.removed'
						? undefined
						: projectEventText(event);
				if (text !== undefined && json) io.out(`${text}\n`);
				else if (text !== undefined) say(text);
			},
		});
		over.abort();
		await watching;
		const number = (constants.signals as Readonly<Record<string, number>>)[end.signal ?? ''];
		return number === undefined ? end.exitCode : 128 + number;
	} finally {
		over.abort();
		if (!gone.signal.aborted) out.flush();
		// Pending writes fail too.
		if (!gone.signal.aborted) heard();
		stop.close();
	}
}

import {isTsboxError} from '../../errors/tsbox-error.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Context} from '../verb/command.ts';
import type {KeptRequest, PlannedOnMachine} from '../../container/plan/kept-plan.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {imageBuilder} from '../build/image-builder.ts';
import {exitStatus} from '../options/exit-status.ts';
import {type ProgressKind, runProgress} from './run-progress.ts';
import {stopSignals} from '../options/stop-signals.ts';

/** How a verb starts its container. */
export interface StartOptions {
	readonly verb: 'up' | 'run';
	readonly spec: SpecRequest;
	readonly tty: boolean;
	readonly progress: ProgressKind;
	/** Record the run even if the spec does not ask for it. */
	readonly record: boolean;
	/** Build the image even if it is there (`--build`). */
	readonly build: boolean;
	/** The plan that was kept for this command line, if it was looked up before. */
	readonly kept?: PlannedOnMachine | undefined;
	/** Leave the container in this project when its command has ended. */
	readonly keepIn?: string;
	/** The same command line may be started without Node the next time. */
	readonly front?: boolean;
}

/** By what the plan of a command line is kept. The first word says which of the standard streams are terminals, a digit for each. */
export function keptRequest(
	{io, words}: Pick<Context, 'io' | 'words'>,
	{pins}: Pick<SpecRequest, 'pins'>,
): KeptRequest {
	const streams = (['stdin', 'stdout', 'stderr'] as const).map(stream => (io.isTerminal(stream) ? '1' : '0'));
	return {
		env: io.env,
		cwd: io.cwd,
		words: [streams.join(''), ...words, ...(pins === undefined ? [] : [JSON.stringify(pins)])],
	};
}

/** How often a start is planned anew because of an address. */
const mostTries = 20;

/** Starts a container, shows its progress, and passes signals on. Returns the exit status of its command. */
export async function startContainer(
	{verb, spec, tty, progress, record, build, kept, keepIn, front = false}: StartOptions,
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	const stop = stopSignals(io, 'the start');
	const view = runProgress(progress, io, stop.signal);
	try {
		const planned = async (isFresh: boolean): Promise<PlannedOnMachine> =>
			engine.openPlanned(folders, {
				...spec,
				...keptRequest(context, spec),
				tty,
				signal: stop.signal,
				buildImage: imageBuilder(
					context,
					{build, json: progress === 'json', plain: progress === 'plain', 'best-effort': spec.bestEffort ?? false},
					stop,
				),
				isFresh,
				onRead: (archive, done, total) => view.emit({type: 'image.reading', at: io.now(), archive, done, total}),
			});
		const start = async ({machine, planned: container}: PlannedOnMachine) =>
			engine.up(machine, container, {
				...spec,
				verb,
				tty,
				...(record ? {record} : {}),
				...present({keepIn}),
				// With --json, standard output carries only events, so that the command's output goes to standard error.
				stdio: {stdin: 0, stdout: progress === 'json' ? 2 : 1, stderr: 2},
				signal: stop.signal,
				force: stop.force,
				emit: view.emit,
				...(view.hold === undefined ? {} : {hold: view.hold}),
			});
		let plan = kept ?? (await planned(build));
		let end: Awaited<ReturnType<typeof start>> | undefined;
		for (let left = mostTries; end === undefined; left -= 1) {
			try {
				end = await start(plan);
			} catch (error) {
				// Another container took the address meanwhile: the next plan has another one.
				if (!isTsboxError(error) || error.code !== 'E_ADDRESS_IN_USE' || left === 0 || stop.signal.aborted) throw error;
				plan = await planned(true);
			}
		}
		if (front && !tty && plan.inputs !== undefined) await engine.keepFront(folders, plan, keptRequest(context, spec));
		return exitStatus(end);
	} finally {
		await view.close();
		stop.close();
	}
}

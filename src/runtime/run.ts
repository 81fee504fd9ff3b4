import {exitCodeOf} from '../container/machine/exit-code.ts';
import type {Machine} from '../container/machine/machine.ts';
import type {ClaimedContainer} from '../container/start/claim-container.ts';
import {start} from '../container/start/start.ts';
import type {Recorder} from '../container/start/up-request.ts';
import {type Attachment, attach} from '../execute/attach.ts';
import type {RunEvent} from '../execute/event.ts';
import {rollBack, rollBackFailed} from '../execute/rollback.ts';
import {killCgroup} from '../execute/undo.ts';
import {identify, signalProcess} from '../host/programs/process.ts';
import {bundleAnnotations} from '../oci/bundle/annotations.ts';
import {releaseName} from '../state/claim.ts';
import {engineLink} from '../state/engine-link.ts';
import {readRecord} from '../state/record.ts';
import {startedFolder} from '../state/start-report.ts';
import {bundleProgram} from '../step/calls/bundle-program.ts';
import {ownConsole} from './console.ts';
import {type CreateRequest, claimBundle, tell} from './create.ts';
import {writeFrontFiles} from './front-files.ts';
import {runStartedHooks, runStoppedHooks} from './hooks.ts';
import {inRuncsWords} from './runc-words.ts';
import {listenedStart} from './seccomp-listener.ts';

/** What `run` is asked for. */
export interface RunRequest extends CreateRequest {
	/** Leave the container as stopped, for `delete`. */
	readonly keep: boolean;
	/** Keep a record of the run, also of a bundle that does not ask for it. */
	readonly record: boolean;
	/** Makes what records the run. */
	readonly recorder: (claimed: ClaimedContainer) => Promise<Recorder>;
}

/**
 * Makes the container of a bundle, waits for the end of its command, and takes it back.
 *
 * @param onSignal - called with what sends the command a signal
 * @returns the exit status
 * @throws TsboxError; all steps have been rolled back then.
 */
export async function run(
	machine: Machine,
	request: RunRequest,
	onSignal: (send: (signal: string) => void) => void,
): Promise<number> {
	const {host, facts, dirs} = machine;
	const {root, id, warn} = request;
	const claimed = await claimBundle(machine, request, true, request.keep ? undefined : identify(host, process.pid));
	const {conf, record} = claimed;
	const release = (): void => {
		host.removeTree(engineLink({root, id}));
		releaseName(host, dirs.state, record.name);
	};
	let recorder: Recorder | undefined;
	let attachment: Attachment | undefined;
	let failure: {readonly error: unknown} | undefined;
	const emit = (event: RunEvent): void => {
		recorder?.emit(event);
		tell(event, request);
	};
	try {
		if (request.record || record.config.annotations?.[bundleAnnotations.record] === 'true')
			recorder = await request.recorder(claimed);
		const tty = record.config.process.terminal && request.consoleSocket === undefined;
		attachment = attach(
			host,
			facts,
			{stdin: 0, stdout: 1, stderr: 2},
			{tty, consoleSocket: ownConsole(conf), conf, tap: recorder?.tap, preserved: request.preserved.fds},
		);
		const listened = await listenedStart(machine, claimed, request.signal);
		const started = await start(machine, claimed, attachment, {
			emit,
			signal: listened?.signal ?? request.signal,
			trace: listened?.trace,
			guard: {keepsAlive: false},
			moreCalls: bundleProgram,
			afterStep: recorder?.afterStep,
		}).finally(listened?.close);
		host.mkdir(`${conf}/${startedFolder}`, 0o700);
		const exec = claimed.planned.plan.steps.flatMap(({action}) => (action.kind === 'exec' ? [action] : []))[0];
		if (exec !== undefined && record.engine !== undefined)
			writeFrontFiles(host, facts, conf, {
				engine: record.engine,
				config: record.config,
				process: started.process,
				members: claimed.members,
				exec,
				created: record.created,
			});
		if (request.pidFile !== undefined) host.writeWhole(request.pidFile, String(started.process.pid), 0o644);
		onSignal(signal => void signalProcess(host, started.process, signal));
		attachment.connect();
		const now = readRecord(host, conf) ?? record;
		await runStartedHooks(machine, now);
		const ended = await started.ended;
		const [exitCode, signal] = [exitCodeOf(ended), ended.signal ?? null];
		// Without a pid namespace of its own, processes of the container may outlive the first one and hold the streams of a record.
		if (recorder !== undefined) killCgroup(host, claimed.kill);
		await attachment.finish();
		emit({type: 'container.exited', at: host.now(), name: record.name, exitCode, signal});
		recorder?.ended({exitCode, signal});
		if (request.keep) return exitCode;
		await rollBack(host, facts, conf, emit);
		await runStoppedHooks(machine, now, warn);
		release();
		return exitCode;
	} catch (error) {
		failure = {error};
		attachment?.release();
		const isGone = await rollBackFailed(host, facts, conf, emit);
		host.removeTree(engineLink({root, id}));
		if (isGone) releaseName(host, dirs.state, record.name);
		throw inRuncsWords(error, record.config.process.args[0]);
	} finally {
		recorder?.close(failure);
	}
}

import {planService} from '../container/plan/plan-container.ts';
import {cgroupsOf} from '../container/start/record-facts.ts';
import {upPlanned} from '../container/start/up.ts';
import {present} from '../spec/syntax/pick.ts';
import type {RunEvent} from '../execute/event.ts';
import {eventLog} from './event-log.ts';
import {checkOptions} from './check-options.ts';
import {type LoadOptions, type SpecSource, specOf} from './load.ts';
import {checkSource, runTable} from './option-tables.ts';
import {type CommandOptions, type MachineChoice, machineOf} from './options.ts';
import {freshName, named, withCommand} from './own-container.ts';
import {launchFor} from './launch.ts';
import {pipesFor} from './pipes.ts';
import {recordPiped} from './record-piped.ts';
import {runCommand, type RunningCommand} from './run-command.ts';

/** A running container with one command. Await it for the command's result. */
export interface RunningContainer extends RunningCommand {
	/** The name of the container. */
	readonly name: Promise<string>;
	/** All events, from the first step to the last undo. Every reader gets them from the beginning. */
	readonly events: AsyncIterable<RunEvent>;
}

/** Options of `run`. */
export interface RunOptions extends CommandOptions, MachineChoice, Omit<LoadOptions, 'cwd' | 'env'> {
	/** The container's name. By default it is unique, so a spec can run many times at once. */
	readonly name?: string;
	/**
	 * Keep the container running when this process ends, for at most `timeoutMs`. `tsbox ps` shows it and `tsbox down` ends it. Its
	 * streams end with this process. By default the container is killed when this process ends.
	 */
	readonly keepAlive?: boolean;
	/**
	 * Keep a record of the run, as `tsbox run --record` does. A record includes the environment with all its secrets. The default is
	 * `record` of the spec. The result has the id of the record; a record that fails is a warning among the events.
	 */
	readonly record?: boolean;
}

/**
 * Runs a command in a new container and removes the container. The call resolves for any end of the command: a status
 * other than 0, a signal, a timeout and an abort are in the result.
 *
 * @throws TsboxError (rejects) when the command could not run: errors of the spec and of the machine,
 * E_COMMAND_NOT_FOUND, or E_INTERRUPTED for an abort before the command began.
 */
export function run(source: SpecSource, options: RunOptions = {}): RunningContainer {
	const log = eventLog();
	let tellName: (name: Promise<string>) => void = () => {};
	const name = new Promise<string>(resolve => (tellName = resolve));
	name.catch(() => {});
	const check = (): void => {
		checkSource('run', source);
		checkOptions('run', runTable, options);
	};
	const command = runCommand(options, check, async ({signal, connect, begin, release}) => {
		const prepared = Promise.all([machineOf(options), specOf(source, serviceOf(options))]);
		const called = prepared.then(([, {service}]) => options.name ?? freshName(service));
		called.catch(() => {});
		tellName(called);
		const [machine, {project, service}] = await prepared;
		const own = withCommand(named(service, await called), options);
		const {cwd} = options;
		const planned = await planService(machine, project, own, {}, {tty: false, signal, cwd});
		const {kill} = cgroupsOf(planned.plan);
		// What may outlive this process is started without a launcher, which does not.
		const launch =
			options.keepAlive === true || options.machine === undefined || kill.kind === 'root'
				? undefined
				: launchFor(machine);
		const launched = await launch?.open();
		const pipes = launched === undefined ? await pipesFor(machine) : undefined;
		const streams = launched?.streams ?? pipes;
		if (streams === undefined) throw new TypeError('a command has streams');
		const force = new AbortController();
		let oomKilled = false;
		let runId: string | undefined;
		const emit = (event: RunEvent): void => {
			if (event.type === 'container.started') {
				pipes?.closeEnds();
				begin(() => force.abort());
			}
			if (event.type === 'run.recorded') runId = event.id;
			oomKilled ||= event.type === 'container.oom';
			log.add(event);
		};
		try {
			connect(streams);
			const {recorder, drained} = recordPiped(machine, streams, emit);
			const onEnded = async (): Promise<void> => {
				release();
				await drained();
			};
			const stdio = pipes?.ends ?? {stdin: 0, stdout: 1, stderr: 2};
			const request = {stdio, ...present({launch: launched}), tty: false, signal, force: force.signal, emit, recorder};
			const asked = {
				...(options.record === undefined ? {} : {record: options.record}),
				...(options.keepAlive === true ? {keepAlive: limitOf(options)} : {}),
			};
			const end = await upPlanned(machine, planned, {verb: 'run', ...request, ...asked}, onEnded);
			return {...end, oomKilled, ...(runId === undefined ? {} : {runId})};
		} finally {
			pipes?.closeEnds();
			launched?.letGo();
		}
	});
	const over = (): void => {
		const nameless = command.then(() => '');
		nameless.catch(() => {});
		tellName(nameless);
		log.end();
	};
	command.then(over, over);
	return Object.assign(command, {name, events: log.events});
}

/** The timeout for the guard of the container, which counts whole seconds. */
function limitOf({timeoutMs = Infinity}: RunOptions): {readonly limitSeconds?: number} {
	const limitSeconds = Math.ceil(timeoutMs / 1000);
	return Number.isSafeInteger(limitSeconds) ? {limitSeconds} : {};
}

function serviceOf({service, egress}: RunOptions): LoadOptions {
	return present({service, egress});
}

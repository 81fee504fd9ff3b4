import {planService} from '../container/plan/plan-container.ts';
import {upPlanned} from '../container/start/up.ts';
import {interruption} from '../errors/interruption.ts';
import {closeDescriptor, openNothing} from '../host/programs/stdio.ts';
import {Box} from './box.ts';
import {present} from '../spec/syntax/pick.ts';
import {checkOptions} from './check-options.ts';
import {eventLog} from './event-log.ts';
import {type SpecSource, specOf} from './load.ts';
import {checkSource, upTable} from './option-tables.ts';
import {type CommandOptions, type MachineChoice, machineOf} from './options.ts';
import {freshName, named, withCommand} from './own-container.ts';
import {pipesFor} from './pipes.ts';

/** Options of `up`. */
export interface UpOptions extends Pick<CommandOptions, 'command' | 'env' | 'cwd' | 'signal'>, MachineChoice {
	/** The entry of `services:` to use; required when the spec has several. */
	readonly service?: string;
	/** What the container may reach outside of its networks, and nothing else: entries of `egress`, in place of those of the spec. */
	readonly egress?: readonly string[];
	/** The container's name; by default a unique one. */
	readonly name?: string;
	/**
	 * Keep the container running when this process ends. `tsbox ps` shows it and `tsbox down` ends it. Its streams end with
	 * this process. By default the container is killed when this process ends.
	 */
	readonly keepAlive?: boolean;
	/** Give the box the command's streams. Without them the command reads and writes /dev/null. */
	readonly streams?: boolean;
}

/**
 * Starts a container and resolves once its command runs. Aborting `signal` cancels the start, or stops the container as
 * `stop` does. `record` in the spec is ignored with a warning event, since only the caller reads the output.
 *
 * @throws TsboxError when the container did not start. All steps have been rolled back.
 */
export async function up(source: SpecSource, options: UpOptions = {}): Promise<Box> {
	checkSource('up', source);
	checkOptions('up', upTable, options);
	const {service: wanted, egress, signal, cwd} = options;
	const machine = await machineOf(options);
	const {project, service} = await specOf(source, present({service: wanted, egress}));
	const own = withCommand(named(service, options.name ?? freshName(service)), options);
	const planned = await planService(machine, project, own, {}, {tty: false, cwd});
	const stopping = new AbortController();
	const force = new AbortController();
	const log = eventLog();
	const pipes = options.streams === true ? await pipesFor(machine) : undefined;
	const nothing = pipes === undefined ? openNothing() : undefined;
	const fd = nothing ?? 0;
	const letGo = (): void => {
		pipes?.closeEnds();
		if (nothing !== undefined) closeDescriptor(nothing);
	};
	const abort = (): void => stopping.abort(interruption('the start', 'SIGTERM'));
	signal?.addEventListener('abort', abort, {once: true});
	if (signal?.aborted === true) abort();
	let started = (): void => {};
	const running = new Promise<void>(resolve => (started = resolve));
	const failed = (error: unknown): never => {
		pipes?.destroy();
		throw error;
	};
	const ended = upPlanned(machine, planned, {
		verb: 'up',
		...(options.keepAlive === true ? {keepAlive: {}} : {}),
		stdio: pipes?.ends ?? {stdin: fd, stdout: fd, stderr: fd},
		tty: false,
		signal: stopping.signal,
		force: force.signal,
		emit: event => {
			log.add(event);
			if (event.type !== 'container.started') return;
			pipes?.closeEnds();
			started();
		},
	}).finally(() => {
		signal?.removeEventListener('abort', abort);
		letGo();
		log.end();
	});
	await Promise.race([running, ended.catch(failed)]);
	ended.catch(() => {});
	return new Box({machine, name: own.name, events: log.events, ended, stopping, force, streams: pipes});
}

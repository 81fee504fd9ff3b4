import type {Machine} from '../../container/machine/machine.ts';
import {type DetachedContainer, killDetached, noteDetached, settleDetached} from '../../container/start/detached.ts';
import {killedStatus} from '../../container/machine/exit-code.ts';
import {sampleUsage} from '../../container/observe/usage-samples.ts';
import {watchRefusals} from '../../container/networks/watch-refusals.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRunning} from '../../host/programs/process.ts';
import type {Service} from '../../spec/model/project.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import {containerFolder} from '../../state/record.ts';
import {runInside} from '../../container/enter/run-inside.ts';
import type {ProjectSink} from '../state/event.ts';
import {drained} from '../state/exit-of.ts';
import {type Answer, watchHealth} from './health.ts';
import {hooksOf, runHooks} from '../../container/enter/hooks.ts';
import type {InstanceEnd} from './record-end.ts';
import {nothingTold, watchMemory} from '../../kernel/watch-memory.ts';

/** The callbacks and context of {@link lookAfter}. */
export interface SupervisorReadBack {
	readonly machine: Machine;
	readonly service: Service;
	readonly emit: ProjectSink;
	/** The container runs and its `post_start` commands are done. */
	readonly ready: () => void;
	readonly health: (health: 'healthy' | 'unhealthy') => void;
	/** The command has ended; its usage and output are still available. Returns a function that reports the record. */
	readonly recorded: (end: InstanceEnd) => Promise<() => void>;
}

/** The first pause between two usage samples of a recorded container, ms. */
const sampleEvery = 1000;

/**
 * Watches a container until its command has ended: runs `post_start` commands and health checks, counts OOM kills, then
 * releases everything but the container's files. Returns the exit status.
 *
 * @throws TsboxError when a `post_start` command fails; the container has then been killed.
 */
export async function lookAfter(
	{machine, service, emit, ready, health, recorded}: SupervisorReadBack,
	{record, ended}: DetachedContainer,
	fresh: boolean,
): Promise<number> {
	const {host} = machine;
	const label = labelOf(service);
	const over = new AbortController();
	// A container may have ended before this supervisor took it over.
	const runs = (): boolean => record.process !== null && isRunning(host, record.process);
	const alive = fresh || runs();
	/** A start whose supervisor was killed never ran the command, whatever the shell's exit status. */
	const began = record.process !== null;
	const memory =
		record.process === null
			? undefined
			: watchMemory(
					host,
					record.cgroups,
					record.process,
					({count: {limit}, killed, victims}) =>
						emit({type: 'service.oom', at: host.now(), service: label, killed, limit, victims}),
					fresh ? nothingTold : undefined,
				);
	const endRefusals = alive
		? watchRefusals(machine, record, refusal =>
				emit({type: 'network.refused', at: host.now(), service: label, ...refusal}),
			)
		: undefined;
	const usage = alive && service.record === true ? sampleUsage(host, record.cgroups, sampleEvery) : undefined;
	const failure = alive ? prepare() : undefined;
	const asked =
		service.healthcheck === undefined || !alive
			? undefined
			: watchHealth(
					service.healthcheck,
					signal => askHealth(machine, service, signal),
					(next, {output}) => {
						noteDetached(machine, service.name, {health: next});
						emit({type: 'service.health', at: host.now(), service: label, health: next, output});
						health(next);
					},
					over.signal,
				);
	const written = await ended;
	const code = began ? written : 125;
	const endedAt = alive ? host.now() : writtenAt();
	over.abort();
	endRefusals?.();
	const samples = usage?.stop();
	killDetached(machine, record);
	await drained(host, containerFolder(machine.dirs.state, service.name));
	await asked;
	const failed = await failure;
	const oomKilled = memory?.close(code === killedStatus) ?? false;
	const failing = failed === undefined ? {} : {failure: {error: failed}};
	const tell = await recorded(
		began
			? {exitCode: code, endedAt, ...failing, ...(samples === undefined ? {} : {samples})}
			: {exitCode: null, endedAt: null, failure: {error: interrupted(service.name)}},
	);
	await settleDetached(machine, service.name, {code, oomKilled}, () => {});
	if (began) emit({type: 'service.exited', at: host.now(), service: label, exitCode: code, oomKilled});
	tell();
	if (failed !== undefined) throw failed;
	return code;

	/** When the parent shell wrote the exit status. */
	function writtenAt(): number {
		const written = host.lstat(`${containerFolder(machine.dirs.state, service.name)}/exit`);
		return Math.round(written?.mtimeMs ?? host.now());
	}

	/** Runs the `post_start` hooks once per start. Returns the failure, if any. */
	async function prepare(): Promise<unknown> {
		try {
			if (hooksOf(service, 'post_start').length > 0 && record.detached?.prepared !== true) {
				await runHooks(machine, service, 'post_start', over.signal);
				noteDetached(machine, service.name, {prepared: true});
			}
			if (!over.signal.aborted) ready();
			return undefined;
		} catch (error) {
			// If the container ended meanwhile, its exit status is reported instead.
			if (over.signal.aborted || !runs()) return undefined;
			killDetached(machine, record);
			return error;
		}
	}
}

function interrupted(name: string): TsboxError {
	return new TsboxError('E_INTERRUPTED', `the start of ${name} was interrupted`, {
		why: 'its supervisor was killed',
	});
}

/** Runs a container's health check inside the container, and kills the check when the signal aborts. */
async function askHealth(machine: Machine, {name, healthcheck}: Service, signal: AbortSignal): Promise<Answer> {
	const command = healthcheck?.test ?? [];
	const {exitCode, output} = await runInside(machine, name, {command, environment: []}, 'health', signal);
	return {ok: exitCode === 0, output};
}

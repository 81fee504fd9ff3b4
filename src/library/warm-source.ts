import type {Machine} from '../container/machine/machine.ts';
import {gcIfNeeded} from '../container/recover/gc.ts';
import type {PlannedContainer} from '../container/machine/planned-container.ts';
import {planService} from '../container/plan/plan-container.ts';
import {renamed} from '../container/plan/renamed.ts';
import {startWarm, type WarmContainer} from '../container/start/warm-container.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Service} from '../spec/model/project.ts';
import {type Opened, openLaunch} from './launch.ts';
import {type SpecSource, specOf} from './load.ts';
import {type MachineChoice, machineOf} from './options.ts';
import {freshName, named} from './own-container.ts';
import type {Streams} from './pipes.ts';

/** A waiting container and our ends of its streams. */
export interface Warm {
	readonly container: WarmContainer;
	readonly pipes: Streams;
	/** The entrypoint of the spec, and the entrypoint followed by the spec's command. */
	readonly entrypoint: readonly string[];
	readonly command: readonly string[];
}

/** Starts the containers of a pool. */
export interface Source {
	readonly start: (signal: AbortSignal) => Promise<Warm>;
	/** Resolves when nothing that started them is left. */
	readonly close: () => Promise<void>;
}

/**
 * Reads the spec and opens the machine once for all containers of a pool.
 *
 * @throws TsboxError errors of the spec and of the machine; E_SPEC_INVALID for settings that pool containers cannot have.
 */
export async function openSource(
	source: SpecSource,
	options: MachineChoice & {readonly service?: string},
): Promise<Source> {
	const machine = await machineOf(options);
	const spec = await specOf(source, options.service === undefined ? {} : {service: options.service});
	refuseShared(spec.service);
	await gcIfNeeded(machine, () => {});
	const launch = openLaunch(machine);
	const prefix = freshName(spec.service);
	let count = 0;
	// The second container's plan is that of all others: the first one fills the store.
	let planned: PlannedContainer | undefined;
	const planFor = async (name: string, isFirst: boolean, signal: AbortSignal): Promise<PlannedContainer> => {
		const other = planned === undefined ? undefined : renamed(planned, name);
		if (other !== undefined) return other;
		const own = await planService(machine, spec.project, named(spec.service, name), {}, {tty: false, signal});
		if (!isFirst) planned = own;
		return own;
	};
	// The first start unpacks an archive; the others wait for it.
	let first: Promise<unknown> | undefined;
	const start = async (signal: AbortSignal): Promise<Warm> => {
		const before = first;
		const starting = (async () => {
			await before?.catch(() => {});
			count += 1;
			const name = `${prefix}-${count}`;
			const plan = async (own: AbortSignal) => planFor(name, before === undefined, own);
			return startOne(machine, spec.service, plan, await launch.open(), signal);
		})();
		if (first === undefined) {
			first = starting;
			starting.catch(() => (first = undefined));
		}
		// What changed on the machine may be why it failed.
		starting.catch(() => (planned = undefined));
		return starting;
	};
	return {start, close: launch.close};
}

async function startOne(
	machine: Machine,
	{entrypoint, command}: Service,
	plan: (signal: AbortSignal) => Promise<PlannedContainer>,
	opened: Opened,
	over: AbortSignal,
): Promise<Warm> {
	const own = new AbortController();
	const stop = (): void => own.abort(over.reason);
	over.addEventListener('abort', stop, {once: true});
	try {
		over.throwIfAborted();
		const container = await startWarm(machine, await plan(own.signal), opened, own.signal);
		return {container, pipes: opened.streams, entrypoint, command: [...entrypoint, ...command]};
	} catch (error) {
		opened.streams.destroy();
		throw error;
	} finally {
		over.removeEventListener('abort', stop);
	}
}

function refuseShared({tty, keep, record, postStart, preStop, namespaces, root}: Service): void {
	const wrong =
		tty === true
			? '`tty`'
			: keep
				? '`keep`'
				: record === true
					? '`record`'
					: postStart !== undefined || preStop !== undefined
						? 'hooks'
						: root === 'chroot'
							? '`root: chroot`'
							: undefined;
	if (wrong !== undefined)
		throw new TsboxError('E_SPEC_INVALID', `a pool's containers cannot have ${wrong}`, {
			hint: 'remove it, or use `run`',
		});
	const shared = (['mount', 'pid', 'ipc'] as const).filter(kind => !namespaces.includes(kind));
	if (shared.length > 0)
		throw new TsboxError('E_SPEC_INVALID', `a pool's containers need a ${shared.join(', ')} namespace of their own`, {
			why: 'otherwise one command could see what another left behind',
		});
}

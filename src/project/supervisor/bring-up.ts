import {removeOwnVolumes} from '../../container/recover/volumes.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {loadProject} from '../../container/machine/load-project.ts';
import {hasOtherTexts} from '../../container/start/write-given.ts';
import {containerFolder} from '../../state/record.ts';
import {isRunning} from '../../host/programs/process.ts';
import {abortAfter} from '../../host/timer.ts';
import type {Service} from '../../spec/model/project.ts';
import {hasService} from '../../spec/project/has-service.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {SupervisorContext} from './supervisor-context.ts';
import {withoutImage} from '../../spec/merge/without-image.ts';
import {changedKeys} from '../../spec/keys/service-keys.ts';
import {alongWith, inOrder} from './order.ts';
import type {UpManner} from '../state/control.ts';
import {type ProjectRequest, writeProject} from '../state/project-folder.ts';
import {createUnits} from './create-units.ts';
import {starting, startStanding} from './starting.ts';
import {isLooping, notUp} from './stays-up.ts';
import type {Unit} from './unit.ts';
import {isOver, isSettled, statusWords} from '../state/unit-state.ts';
import type {Stands} from './start-requests.ts';

/** Options of `up`. */
export interface BringUp {
	readonly project: ProjectRequest;
	/** Wait until all are healthy, not just running, and refuse one that ends. */
	readonly wait: boolean;
	/** With `wait`: one that ends is no error. */
	readonly mayEnd?: boolean;
	readonly timeoutMs?: number;
	readonly manner?: UpManner;
}

/**
 * Brings the requested services in line with the current spec: unchanged containers keep running, changed ones are recreated,
 * and surplus replicas are removed. Containers of services that the spec lacks are told of. Returns the names of the
 * selected containers.
 *
 * @throws TsboxError for a spec that cannot be read, E_NOT_UP when the services did not come up, or not in time.
 */
export async function bringUp(
	context: SupervisorContext,
	request: BringUp,
	gone: AbortSignal,
): Promise<readonly string[]> {
	const {started, meant} = await starting(context, gone, stands => haveAsMeant(context, request, stands));
	if (request.manner?.noStart !== true) await settled(context, started, request);
	return meant;
}

/** Recreates changed containers, removes those that are too many, and starts all. */
async function haveAsMeant(
	context: SupervisorContext,
	{project: next, manner = {}}: BringUp,
	stands: Stands,
): Promise<{readonly started: readonly Unit[]; readonly meant: readonly string[]}> {
	const {machine, units} = context;
	const spec = await loadProject(next.spec);
	context.spec = spec;
	const has = (service: string): boolean => hasService(spec, service);
	const renamed = new Set<string>();
	for (const unit of units.all()) {
		const {service} = unit.view();
		if (service.oneOff !== undefined || spec.services.some(({name}) => name === service.name)) continue;
		const isGone = isOver(unit) && !allRecords(machine).some(({name}) => name === service.name);
		if (!has(service.service) && manner.removeOrphans !== true && !isGone) {
			const {name: project} = next;
			context.emit({type: 'service.orphaned', at: machine.host.now(), service: labelOf(service), project});
			continue;
		}
		const label = labelOf(service);
		if (spec.services.some(each => labelOf(each) === label)) {
			if (!next.services.includes(service.service)) continue;
			renamed.add(label);
			context.emit({type: 'service.changed', at: machine.host.now(), service: label, changes: ['container_name']});
		}
		await unit.remove(manner.stopMs);
		units.drop(service.name);
	}
	context.project = {
		...next,
		services: [...new Set([...context.project.services, ...next.services])].filter(
			service => has(service) || units.ofService(service).length > 0,
		),
	};
	writeProject(machine.host, machine.dirs.state, context.project);
	const wanted = spec.services
		.filter(({service}) => next.services.includes(service))
		.map(service => (manner.noDeps === true ? {...service, dependsOn: []} : service));
	const renewed: Unit[] = [];
	for (const service of wanted) {
		const made = await renew(context, service, manner);
		const unit = made ?? (renamed.has(labelOf(service)) ? units.of(service.name) : undefined);
		if (unit !== undefined) renewed.push(unit);
	}
	const along = alongWith(units.all(), renewed).filter(unit => unit.view().status === 'running');
	await inOrder(along, 'dependents first', unit => unit.stop());
	const those = wanted.flatMap(({name}) => units.of(name) ?? []);
	const started = [...those, ...along];
	if (manner.noStart === true) await createUnits(context, those);
	else await startStanding(started, stands);
	return {started, meant: wanted.map(({name}) => name)};
}

/** Settles when containers of these names have ended for good or do not exist, or the signal aborts. */
export async function untilOver(
	{units, bell, turning}: SupervisorContext,
	names: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	// Look up by name each time: recreating a container replaces its unit, and meanwhile there may be none.
	while (!signal.aborted && (turning.count > 0 || !names.every(name => isOver(units.of(name)))))
		await bell.nextChange(signal);
}

/**
 * Settles when each unit runs (with `wait`: has a health result), has ended, or failed.
 *
 * @throws TsboxError E_NOT_UP after the timeout, and with `wait` for one that ends.
 */
export async function settled(
	{bell, project, spec}: SupervisorContext,
	those: readonly Unit[],
	{wait = false, mayEnd = false, timeoutMs}: Partial<Pick<BringUp, 'wait' | 'mayEnd' | 'timeoutMs'>> = {},
): Promise<void> {
	const signal = abortAfter(timeoutMs ?? Infinity);
	const awaited = those.map(unit => ({unit, before: unit.view().restarts}));
	for (;;) {
		const failure = wait && !mayEnd ? notUp(project.name, awaited, spec.services) : undefined;
		if (failure !== undefined) throw failure;
		const open = awaited.filter(each => !isSettled(each.unit, wait) && !isLooping(each)).map(({unit}) => unit);
		if (open.length === 0) return;
		if (signal.aborted) {
			const label = (unit: Unit): string => labelOf(unit.view().service);
			throw new TsboxError('E_NOT_UP', `${open.map(label).join(', ')} did not come up in ${timeoutMs} ms`, {
				why: open.map(unit => `${label(unit)} is ${statusWords(unit)}`).join(', '),
				hint: 'the start continues in the background; see `tsbox ps` and `tsbox logs`',
			});
		}
		await bell.nextChange(signal);
	}
}

/**
 * Removes a container whose spec changed and makes a new unit for it: a running process never gets another spec. Also makes
 * a unit where none runs. Returns the unit only if it replaces a changed one.
 */
async function renew(
	{machine, units, emit, make}: SupervisorContext,
	service: Service,
	{recreate = [], renewVolumes = false, stopMs}: UpManner,
): Promise<Unit | undefined> {
	const there = units.of(service.name);
	await there?.atRest();
	const record = allRecords(machine).find(each => each.name === service.name);
	const changes =
		record?.detached === undefined
			? []
			: [
					...changedKeys(withoutImage(record.detached.made), service),
					...(hasOtherTexts(machine.host, containerFolder(machine.dirs.state, record.name), service)
						? ['secrets']
						: []),
				];
	const at = machine.host.now();
	// The process has ended but no exit is recorded: this supervisor has just taken over and not handled the end yet.
	const hasEnded =
		record?.process != null && record.detached?.exit === null && !isRunning(machine.host, record.process);
	const isForced = record !== undefined && (recreate === 'all' || recreate.includes(service.service));
	const isRenewed = recreate !== 'none' && (changes.length > 0 || isForced);
	if (isRenewed) {
		emit({type: 'service.changed', at, service: labelOf(service), changes});
		await there?.remove(stopMs);
		if (renewVolumes) await removeOwnVolumes(machine, [service.name]);
	} else if (there?.view().status === 'running' && !hasEnded) {
		emit({type: 'service.unchanged', at, service: labelOf(service)});
		return undefined;
	}
	const status = there?.view().status ?? 'created';
	// It is starting already.
	if (!hasEnded && ['waiting', 'starting', 'restarting'].includes(status)) return undefined;
	// It starts again as it was created.
	if (recreate === 'none' && there !== undefined && record !== undefined) return undefined;
	await there?.stop(0);
	const made = make(service);
	return isRenewed ? made : undefined;
}

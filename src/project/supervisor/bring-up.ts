import {TsboxError} from '../../errors/tsbox-error.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {loadProject} from '../../container/machine/load-project.ts';
import {isRunning} from '../../host/programs/process.ts';
import {abortAfter} from '../../host/timer.ts';
import type {Service} from '../../spec/model/project.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {Care} from './care.ts';
import {changedKeys} from '../../spec/keys/service-keys.ts';
import {alongWith, inOrder} from './order.ts';
import {type ProjectRequest, writeProject} from '../state/project-folder.ts';
import {starting, startStanding} from './starting.ts';
import type {Unit} from './unit.ts';
import {isOver, isSettled, statusWords} from '../state/unit-state.ts';
import type {Stands} from './wishes.ts';

/** How `up` goes about it. */
export interface BringUp {
	readonly project: ProjectRequest;
	/** Wait until all are healthy, and not only until they run. */
	readonly wait: boolean;
	readonly timeoutMs?: number;
}

/**
 * Has the services of a request run as their spec has them now: what is unchanged stays, what changed is made anew, what is
 * in the spec no more goes. Gives the names of the containers that are meant.
 *
 * @throws TsboxError for a spec that can't be read, E_INTERRUPTED when they did not come up in time.
 */
export async function bringUp(care: Care, request: BringUp, gone: AbortSignal): Promise<readonly string[]> {
	const {started, meant} = await starting(care, gone, stands => haveAsMeant(care, request.project, stands));
	await settled(care, started, request.wait, request.timeoutMs);
	return meant;
}

/** Makes anew what changed, removes what is meant no more, and starts all; gives what was started and the names that are meant. */
async function haveAsMeant(
	care: Care,
	next: ProjectRequest,
	stands: Stands,
): Promise<{readonly started: readonly Unit[]; readonly meant: readonly string[]}> {
	const {machine, units} = care;
	const before = care.spec;
	const spec = await loadProject(next.spec);
	care.spec = spec;
	const has = (service: string): boolean => spec.services.some(each => each.service === service);
	care.project = {
		...next,
		services: [...new Set([...care.project.services, ...next.services])].filter(has),
	};
	writeProject(machine.host, machine.dirs.state, care.project);
	const gone = before.services.filter(({name}) => !spec.services.some(each => each.name === name));
	for (const {name} of gone) {
		await units.of(name)?.remove();
		units.drop(name);
	}
	const wanted = spec.services.filter(({service}) => next.services.includes(service));
	const renewed: Unit[] = [];
	for (const service of wanted) {
		const unit = await renew(care, service);
		if (unit !== undefined) renewed.push(unit);
	}
	const along = alongWith(units.all(), renewed).filter(unit => unit.view().status === 'running');
	await inOrder(along, 'dependents first', unit => unit.stop());
	const those = wanted.flatMap(({name}) => units.of(name) ?? []);
	const started = [...those, ...along];
	await startStanding(started, stands);
	return {started, meant: wanted.map(({name}) => name)};
}

/** Settles when containers of these names have ended for good, or are not there, or the signal aborts. */
export async function untilOver({units, bell}: Care, names: readonly string[], signal: AbortSignal): Promise<void> {
	// By name: who is made anew meanwhile is another unit.
	while (!signal.aborted && !names.every(name => isOver(units.of(name)))) await bell.nextChange(signal);
}

/** Settles when nothing more is to be waited for of any of them. */
export async function settled({bell}: Care, those: readonly Unit[], wait = false, timeoutMs?: number): Promise<void> {
	const signal = abortAfter(timeoutMs ?? Infinity);
	for (;;) {
		const open = those.filter(unit => !isSettled(unit, wait));
		if (open.length === 0) return;
		if (signal.aborted) {
			const label = (unit: Unit): string => labelOf(unit.view().service);
			throw new TsboxError('E_INTERRUPTED', `${open.map(label).join(', ')} did not come up in ${timeoutMs} ms`, {
				why: open.map(unit => `${label(unit)} is ${statusWords(unit)}`).join(', '),
				hint: 'it goes on in the background; see `tsbox ps` and `tsbox logs`',
			});
		}
		await bell.nextChange(signal);
	}
}

/**
 * A container whose spec changed is ended and made anew; its own process does not go on under another spec. Gives the new
 * one where there was another.
 */
async function renew({machine, units, emit, make}: Care, service: Service): Promise<Unit | undefined> {
	const there = units.of(service.name);
	await there?.atRest();
	const record = allRecords(machine).find(each => each.name === service.name);
	const changes = record?.detached === undefined ? [] : changedKeys(record.detached.made, service);
	const at = machine.host.now();
	// It has ended, and nobody has dealt with that yet: a supervisor that takes over has only just seen it.
	const hasEnded =
		record?.process != null && record.detached?.exit === null && !isRunning(machine.host, record.process);
	if (changes.length > 0) {
		emit({type: 'service.changed', at, service: labelOf(service), changes});
		await there?.remove();
	} else if (there?.view().status === 'running' && !hasEnded) {
		emit({type: 'service.unchanged', at, service: labelOf(service)});
		return undefined;
	}
	const status = there?.view().status ?? 'created';
	// It is on its way already.
	if (!hasEnded && ['waiting', 'starting', 'restarting'].includes(status)) return undefined;
	await there?.stop(0);
	const made = make(service);
	return changes.length > 0 ? made : undefined;
}

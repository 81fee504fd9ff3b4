import type {Host} from '../host/host.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {type ContainerRecord, stateOf} from './record.ts';

/** A cgroup that can freeze its processes. */
export interface Freezer {
	/** 2: cgroup.freeze and cgroup.events, cgroup-v2.rst. 1: freezer.state, cgroup-v1/freezer-subsystem.rst. */
	readonly version: 1 | 2;
	readonly path: string;
}

/**
 * The freezers of a container, v2 first. A process that v2 froze can still be killed, so that stopping a paused container works;
 * v1 must thaw it first.
 */
export function freezersOf(host: Host, members: readonly CgroupMember[]): readonly Freezer[] {
	const of = (controller: string, file: string): readonly string[] =>
		members
			.filter(member => member.controller === controller && host.lstat(`${member.path}/${file}`) !== undefined)
			.map(({path}) => path);
	return [
		// cgroup.freeze exists since Linux 5.2.
		...of('', 'cgroup.freeze').map(path => ({version: 2 as const, path})),
		...of('freezer', 'freezer.state').map(path => ({version: 1 as const, path})),
	];
}

/** Whether all processes of the cgroup are frozen, because of the cgroup itself or of one above it. */
export function isFrozen(host: Host, {version, path}: Freezer): boolean {
	return version === 2
		? /^frozen 1$/m.test(host.readText(`${path}/cgroup.events`) ?? '')
		: host.readText(`${path}/freezer.state`)?.trim() === 'FROZEN';
}

/** Whether a freeze of exactly this cgroup was requested, completed or not. */
export function isToFreeze(host: Host, {version, path}: Freezer): boolean {
	return host.readText(`${path}/${version === 2 ? 'cgroup.freeze' : 'freezer.self_freezing'}`)?.trim() === '1';
}

/** The state of a container; `paused` is a running one with frozen processes. */
export type ContainerState = ReturnType<typeof stateOf> | 'paused';

/** The state from {@link stateOf}, or `paused` when the cgroup is frozen. */
export function shownState(host: Host, record: ContainerRecord): ContainerState {
	const state = stateOf(host, record);
	const paused = state === 'running' && freezersOf(host, record.cgroups).some(each => isFrozen(host, each));
	return paused ? 'paused' : state;
}

import type {Machine} from '../container/machine/machine.ts';
import {updateResources} from '../container/control/update-limits.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {memoryUse} from '../kernel/usage.ts';
import {resourcesOf} from '../oci/bundle/bundle-resources.ts';
import type {BundleResources} from '../spec/bundle/bundle-resources.ts';
import {present} from '../spec/syntax/pick.ts';
import type {Named} from './control.ts';
import type {ContainerRecord} from '../state/record.ts';
import {findRecord} from './find-record.ts';
import {tellSystemd} from './cgroups/tell-systemd.ts';

/**
 * Changes limits of a container. Members that are missing, and those that are zero, stay.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_STEP_FAILED when the kernel refuses one, E_CHECK_FAILED.
 */
export async function update(machine: Machine, {root, id, warn}: Named, asked: BundleResources): Promise<void> {
	const {record, status} = findRecord(machine, root, id);
	if (status === 'stopped')
		throw new TsboxError('E_STATE', 'container not running', {hint: 'limits are those of running containers'});
	if (asked.devices.length > 0) warn('update does not change linux.resources.devices');
	const {devices: _, ...changed} = resourcesOf(asked, machine.facts.cgroup.layout === 'v2');
	checkUse(machine, record, asked.memory);
	const before = record.config.linux.resources;
	const memory = {
		...before.memory,
		// Both together cannot stay below memory alone, which has no limit then.
		...(changed.memory?.limit === -1 ? {swap: -1} : {}),
		...changed.memory,
	};
	const cpu = {...present({quota: before.cpu?.quota, period: before.cpu?.period}), ...changed.cpu};
	const written = {
		...changed,
		// Version 2 takes the difference of the two, and quota and period in one file.
		...(changed.memory === undefined ? {} : {memory}),
		...(changed.cpu === undefined ? {} : {cpu}),
	};
	await updateResources(machine, record.name, {
		changed: written,
		all: {
			...before,
			...changed,
			...(Object.keys(memory).length === 0 ? {} : {memory}),
			...(changed.cpu === undefined && before.cpu === undefined ? {} : {cpu: {...before.cpu, ...changed.cpu}}),
			files: [...(before.files ?? []), ...(changed.files ?? [])],
		},
	});
	const scope = record.engine?.scope;
	if (scope !== undefined) await tellSystemd(machine, scope, record.config, written);
}

/** The kernel refuses a limit below the use on version 1, and kills on version 2: config-linux.md, "checkBeforeUpdate". */
function checkUse({host}: Machine, {cgroups}: ContainerRecord, memory: BundleResources['memory']): void {
	const limit = memory?.limit ?? 0;
	if (memory?.checkBeforeUpdate !== true || limit <= 0) return;
	const used = memoryUse(host, cgroups)?.used ?? 0;
	if (used > limit)
		throw new TsboxError('E_STATE', `the memory limit ${limit} is below the use of ${used} bytes`, {
			why: '`checkBeforeUpdate` asks for this check',
			hint: 'choose a higher limit',
		});
}

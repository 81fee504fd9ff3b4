import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {cutJournal} from '../../execute/journal.ts';
import {bootId, identify, isRunning} from '../../host/programs/process.ts';
import {hintCgroupMove} from '../../kernel/cgroup-hint.ts';
import {renamed} from '../../state/alias.ts';
import {connectionsFile} from '../../state/connections.ts';
import {claimName, nameInUse, releaseName} from '../../state/claim.ts';
import {
	type ContainerRecord,
	containerFolder,
	type Detached,
	type EngineFacts,
	readRecord,
	writeRecord,
} from '../../state/record.ts';
import type {CgroupKill} from '../../step/verbs/cgroups.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';
import {givenFolder} from '../plan/given-files.ts';
import {sweepName} from '../recover/gc.ts';
import {keptSteps} from '../machine/kept-steps.ts';
import {cgroupsOf, recordFacts} from './record-facts.ts';

/** A planned container that owns its name. Its record is written, but nothing else has been created. */
export interface ClaimedContainer {
	readonly planned: PlannedContainer;
	readonly record: ContainerRecord;
	/** The container's state folder. */
	readonly conf: string;
	readonly members: readonly CgroupMember[];
	readonly kill: CgroupKill;
}

/**
 * Claims the name of a planned container, so that no other start can use it. With `detached`, an ended container of the same
 * service gives up its folder, and its files stay.
 *
 * @throws TsboxError E_PERMISSION when only root can start such a container, E_NAME_IN_USE.
 */
export async function claimContainer(
	machine: Machine,
	planned: PlannedContainer,
	{
		detached,
		engine,
		keepsAlive = false,
	}: {readonly detached?: Detached; readonly engine?: EngineFacts; readonly keepsAlive?: boolean} = {},
): Promise<ClaimedContainer> {
	refuseWithoutPower(machine, planned);
	const {host, dirs} = machine;
	const {name} = planned.service;
	const owner = identify(host, process.pid);
	if (owner === undefined) throw new TsboxError('E_STATE', '/proc/self/stat cannot be read', {hint: 'mount /proc'});
	const record: ContainerRecord = {
		...recordFacts(planned),
		owner,
		...(keepsAlive ? {keepsAlive: true} : {}),
		bootId: bootId(host),
		created: host.now(),
		...(detached === undefined ? {} : {detached}),
		...(engine === undefined ? {} : {engine}),
		process: null,
	};
	const {members, kill} = cgroupsOf(planned.plan);
	hintCgroupMove(host, members);
	const conf = containerFolder(dirs.state, name);
	if (claimName(host, dirs.state, record)) {
		try {
			await sweepName(machine, name);
		} catch (error) {
			releaseName(host, dirs.state, name);
			throw error;
		}
	} else takeOver(machine, record, conf);
	return {planned, record, conf, members, kill};
}

/** @throws TsboxError E_NAME_IN_USE unless the name belongs to an ended container of the same service. */
function takeOver({host, dirs}: Machine, record: ContainerRecord, conf: string): void {
	const {detached} = record;
	const before = detached === undefined ? undefined : readRecord(host, conf);
	const same = before?.detached?.project === detached?.project && before?.detached?.service === detached?.service;
	const runs = before?.bootId === record.bootId && before.process !== null && isRunning(host, before.process);
	if (before === undefined || !same || runs) throw nameInUse(host, dirs.state, record.name);
	// Write the record first: `gc` removes a folder without one.
	writeRecord(host, conf, record);
	// A start that ends before its first step must still be able to take the files away.
	cutJournal(host, conf, keptSteps);
	for (const file of host.list(conf))
		if (!['record.json', 'journal', 'layer', 'tools', renamed, connectionsFile, givenFolder].includes(file))
			host.removeTree(`${conf}/${file}`);
}

function refuseWithoutPower({facts}: Machine, {service}: PlannedContainer): void {
	if (facts.user.uid !== 0 && !service.namespaces.includes('user')) {
		throw new TsboxError('E_PERMISSION', 'only root can start a container without a mount namespace', {
			why: 'an unprivileged user has capabilities only in a user namespace, over mounts made there',
			hint: 'run it with sudo, or add `mount` to `namespaces`',
		});
	}
}

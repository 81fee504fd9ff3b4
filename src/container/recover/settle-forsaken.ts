import type {Machine} from '../machine/machine.ts';
import {bootId} from '../../host/programs/process.ts';
import type {EventSink} from '../../execute/event.ts';
import {withLock} from '../../execute/lock.ts';
import {isAnythingLeft, rollBack} from '../../execute/rollback.ts';
import {releaseName} from '../../state/claim.ts';
import {projectFolder, supervisorOf} from '../../state/project-place.ts';
import {containerFolder, type ContainerRecord, isOwned, stateOf} from '../../state/record.ts';
import {allRecords} from '../machine/find-container.ts';
import {keptSteps} from '../machine/kept-steps.ts';

/** Whether a detached container has ended in this boot while its project has no supervisor, because the supervisor was killed. */
function isForsaken({host, dirs}: Machine, record: ContainerRecord): boolean {
	return (
		record.detached !== undefined &&
		record.bootId === bootId(host) &&
		!isOwned(host, record) &&
		stateOf(host, record) !== 'running' &&
		supervisorOf(host, dirs.state, record.detached.project) === undefined
	);
}

/**
 * Rolls back an ended detached container without a supervisor. Its files and its record stay for `start` or `down`, unless its
 * project is down. Returns whether there was anything to roll back.
 */
export async function settleForsaken(machine: Machine, name: string, emit: EventSink): Promise<boolean> {
	const {host, facts, dirs} = machine;
	const conf = containerFolder(dirs.state, name);
	const read = (): ContainerRecord | undefined =>
		allRecords(machine).find(record => record.name === name && isForsaken(machine, record));
	const found = read();
	if (found?.detached === undefined) return false;
	const project = projectFolder(dirs.state, found.detached.project);
	if (host.lstat(project) === undefined) {
		await rollBack(host, facts, conf, emit);
		host.removeTree(`${dirs.store}/logs/${name}`);
		releaseName(host, dirs.state, name);
		return true;
	}
	if (!isAnythingLeft(host, conf)) return false;
	// While this process holds the project's lock, no supervisor can take over.
	return withLock(host, facts, `${project}/lock`, async () => {
		if (read() === undefined) return false;
		await rollBack(host, facts, conf, emit, keptSteps);
		return true;
	});
}

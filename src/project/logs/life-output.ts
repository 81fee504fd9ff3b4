import type {Machine} from '../../container/machine/machine.ts';
import type {LifeOutput, PrintedPart} from '../../container/start/detached-life.ts';
import {logFolder} from '../../container/start/detached.ts';
import {type ContainerRecord, containerFolder, type Detached} from '../../state/record.ts';
import {parseMarks} from './log-marks.ts';
import {readFreed} from './log-offsets.ts';

/** How long the files of a container's output are before its next life; nothing is printed between two. */
export function printedSoFar(machine: Machine, name: string): NonNullable<Detached['printed']> {
	const {host, dirs} = machine;
	// What a boot before has left of the output is swept away by a start that has to make the container.
	const isNew = host.lstat(containerFolder(dirs.state, name)) === undefined;
	const size = (stream: string): number =>
		isNew ? 0 : (host.lstat(`${logFolder(machine, name)}/${stream}`)?.size ?? 0);
	return {stdout: size('stdout'), stderr: size('stderr')};
}

/** What a container printed since it was started the last time, as far as it is kept. */
export function lifeOutput(machine: Machine, {name, detached}: ContainerRecord): LifeOutput {
	const {host} = machine;
	const folder = logFolder(machine, name);
	const freed = readFreed(host, folder);
	const part = (stream: 'stdout' | 'stderr'): PrintedPart => {
		const until = host.lstat(`${folder}/${stream}`)?.size ?? 0;
		const begin = Math.min(detached?.printed?.[stream] ?? 0, until);
		const from = Math.min(Math.max(begin, freed[stream] ?? 0), until);
		return {from, until, cut: from - begin};
	};
	const marks = parseMarks(host.readText(`${folder}/marks`) ?? '');
	return {folder, stdout: part('stdout'), stderr: part('stderr'), marks};
}

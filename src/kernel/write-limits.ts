import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';

/** A value to write to a file of a running container's cgroup. */
export interface LimitWrite {
	/** An imperative phrase for errors: `limit memory to 100 MiB`. */
	readonly title: string;
	readonly path: string;
	readonly value: string;
	/** The text that the file must show afterwards; null when that cannot be told. */
	readonly reads: string | null;
}

interface Done {
	readonly path: string;
	readonly before: string;
}

/** The first line, which is the value that was written. io.weight reads `default 100`, then a line per device. */
function firstLine(text: string | undefined): string | undefined {
	return text?.split('\n')[0]?.trim().replaceAll(/\s+/g, ' ');
}

function bytesOf(text: string): number {
	return text === 'max' || text === '-1' ? Number.POSITIVE_INFINITY : Number(text);
}

/**
 * Orders writes so that the kernel accepts each. v1 never allows memory and swap together below memory, not even briefly
 * (memory.rst), so a higher sum is written before memory and a lower sum after it. Nor does it allow more CPU time than the cgroup above
 * has (sched-bwc.rst), so a lower quota is written before its period and a higher quota after it.
 *
 * @param current the current value of each path
 */
function orderWrites(writes: readonly LimitWrite[], current: Readonly<Record<string, string>>): readonly LimitWrite[] {
	const isFirst = ({path, value}: LimitWrite): boolean => {
		const [now, before] = [bytesOf(value), bytesOf(current[path] ?? 'max')];
		if (path.endsWith('/memory.memsw.limit_in_bytes')) return now > before;
		return path.endsWith('/cpu.cfs_quota_us') && now < before;
	};
	return [...writes.filter(isFirst), ...writes.filter(write => !isFirst(write))];
}

/** Restores written values, newest first, and returns the errors. */
function setBack(host: Host, done: readonly Done[]): readonly string[] {
	return done.toReversed().flatMap(({path, before}) => {
		try {
			host.writeKernelFile(path, before);
			return [];
		} catch (error) {
			return [`${path} could not be restored to ${before}: ${(error as Error).message}`];
		}
	});
}

/**
 * Writes limits and reads each back. When the kernel refuses one or shows another value, all written limits are restored.
 *
 * @param explain returns why a write was refused, from its path and errno
 * @throws TsboxError E_HOST_UNSUPPORTED for a missing file, before anything is written; E_STEP_FAILED, E_CHECK_FAILED.
 */
export function writeLimits(
	host: Host,
	writes: readonly LimitWrite[],
	explain: (path: string, errno: string) => string | undefined,
): void {
	const current: Record<string, string> = {};
	for (const {title, path} of writes) {
		const before = firstLine(host.readText(path));
		if (before === undefined)
			throw new TsboxError('E_HOST_UNSUPPORTED', `cannot ${title}`, {
				why: `there is no ${path}: the container was started without this controller`,
				hint: 'set that limit in the spec, and create the container again',
			});
		current[path] = before;
	}
	const done: Done[] = [];
	const failure = (code: 'E_STEP_FAILED' | 'E_CHECK_FAILED', {title}: LimitWrite, output: string, why?: string) => {
		const left = setBack(host, done);
		return new TsboxError(code, `the kernel did not ${title}`, {
			output: [output, ...left].join('\n'),
			...(why === undefined ? {} : {why}),
			hint: left.length === 0 ? 'all limits have their old values' : 'set them with `tsbox update`',
		});
	};
	for (const write of orderWrites(writes, current)) {
		const {path, value, reads} = write;
		try {
			host.writeKernelFile(path, value);
		} catch (error) {
			const {code = '', message} = error as NodeJS.ErrnoException;
			if (code === 'ENODEV') throw error;
			throw failure('E_STEP_FAILED', write, message, explain(path, code));
		}
		done.push({path, before: current[path] ?? value});
		const shown = firstLine(host.readText(path));
		if (reads !== null && shown !== reads)
			throw failure('E_CHECK_FAILED', write, `${path} reads ${shown} and not ${reads}`);
	}
}

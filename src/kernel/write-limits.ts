import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';

/** A value for a file of a running container's cgroup. */
export interface LimitWrite {
	/** What it does, for an error: `limit memory to 100 MiB`. */
	readonly title: string;
	readonly path: string;
	readonly value: string;
	/** What the file reads afterwards. */
	readonly reads: string;
}

interface Done {
	readonly path: string;
	readonly before: string;
}

/** `default 100` and a line for each device follow; the first line is what is written. */
function firstLine(text: string | undefined): string | undefined {
	return text?.split('\n')[0]?.trim().replaceAll(/\s+/g, ' ');
}

function bytesOf(text: string): number {
	return text === 'max' || text === '-1' ? Number.POSITIVE_INFINITY : Number(text);
}

/**
 * The order in which limits can be written: v1 has memory and swap together never below memory, not even for a moment
 * (memory.rst), so that a higher sum is written before memory, and a lower one after it.
 *
 * @param current what each path reads now
 */
function orderWrites(writes: readonly LimitWrite[], current: Readonly<Record<string, string>>): readonly LimitWrite[] {
	const sum = writes.find(({path}) => path.endsWith('/memory.memsw.limit_in_bytes'));
	if (sum === undefined || bytesOf(sum.value) <= bytesOf(current[sum.path] ?? 'max')) return writes;
	return [sum, ...writes.filter(write => write !== sum)];
}

/** Sets back what was written, newest first; gives what the kernel refused. */
function setBack(host: Host, done: readonly Done[]): readonly string[] {
	return done.toReversed().flatMap(({path, before}) => {
		try {
			host.writeKernelFile(path, before);
			return [];
		} catch (error) {
			return [`${path} could not be set back to ${before}: ${(error as Error).message}`];
		}
	});
}

/**
 * Writes limits and reads each back. When the kernel refuses one, or shows another value, those that were written are
 * set back to what they were.
 *
 * @param explain says why a write was refused, by its path and the errno
 * @throws TsboxError E_HOST_UNSUPPORTED for a file that is not there, before anything is written; E_STEP_FAILED, E_CHECK_FAILED.
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
			throw new TsboxError('E_HOST_UNSUPPORTED', `it is not possible to ${title}`, {
				why: `there is no ${path}: the container was started without this controller`,
				hint: 'set that limit in the spec, and start the container anew',
			});
		current[path] = before;
	}
	const done: Done[] = [];
	const failure = (code: 'E_STEP_FAILED' | 'E_CHECK_FAILED', {title}: LimitWrite, output: string, why?: string) => {
		const left = setBack(host, done);
		return new TsboxError(code, `the kernel did not ${title}`, {
			output: [output, ...left].join('\n'),
			...(why === undefined ? {} : {why}),
			hint: left.length === 0 ? 'all limits are as they were' : 'set them with tsbox update',
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
		if (shown !== reads) throw failure('E_CHECK_FAILED', write, `${path} reads ${shown} and not ${reads}`);
	}
}

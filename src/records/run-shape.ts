import {isRunId} from '../state/run-place.ts';

/** A JSON object that has not been checked yet. */
export interface Json {
	readonly [key: string]: unknown;
}

/** Whether a value is a JSON object, and not an array or null. */
export function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Limits for JSON from a record: nesting, and steps or samples. They are far above what tsbox writes. */
const [mostLevels, mostRows] = [100, 10_000];

/** Whether a value is nested so deeply that a recursive walk could overflow the stack. */
export function isTooDeep(value: unknown): boolean {
	let level: readonly unknown[] = [value];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > mostLevels) return true;
		level = level.flatMap(each => (typeof each === 'object' && each !== null ? Object.values(each) : []));
	}
	return false;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
/** Accepts the range of a Date, since JSON can hold 1e999. */
const isNumber = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 8.64e15;
/** Whether a value is a digest as records have them: `sha256:` and 64 hex digits. */
export const isDigest = (value: unknown): boolean => isText(value) && /^sha256:[0-9a-f]{64}$/.test(value);

function orNull(value: unknown, is: (value: unknown) => boolean): boolean {
	return value === null || is(value);
}

function isImage(value: unknown): boolean {
	if (!isObject(value)) return false;
	const {kind, path, archive, reference, digest, manifest, bytes} = value;
	if (kind === 'archive') return isText(archive) && isDigest(digest) && isNumber(bytes);
	if (kind === 'image') return isText(reference) && isDigest(digest) && isDigest(manifest) && isNumber(bytes);
	return kind === 'host' || (kind === 'directory' && isText(path));
}

function isStep(value: unknown): boolean {
	if (!isObject(value)) return false;
	const {id, phase, title, command, output, status, startedAt, ms, why} = value;
	return (
		isTexts([id, phase, title, command, output, ...(why === undefined ? [] : [why])]) &&
		[null, 'done', 'failed', 'undone', 'skipped'].includes(status as null) &&
		orNull(startedAt, isNumber) &&
		orNull(ms, isNumber)
	);
}

function isUsage(value: unknown): boolean {
	if (!isObject(value)) return false;
	const {cpuNs, setupCpuNs = null, memoryPeak, oomKills, block} = value;
	const isTraffic = (each: unknown): boolean =>
		isObject(each) && isNumber(each['readBytes']) && isNumber(each['writeBytes']);
	return [cpuNs, setupCpuNs, memoryPeak, oomKills].every(each => orNull(each, isNumber)) && orNull(block, isTraffic);
}

function isSample(value: unknown): boolean {
	if (!isObject(value)) return false;
	const {at, cpuNs, memory, readBytes, writeBytes} = value;
	return isNumber(at) && [cpuNs, memory, readBytes, writeBytes].every(each => orNull(each, isNumber));
}

function isEnd(value: unknown): boolean {
	return isObject(value) && isNumber(value['exitCode']) && orNull(value['signal'], isText);
}

function isError(value: unknown): boolean {
	if (!isObject(value)) return false;
	const {code, message, why, hint, output} = value;
	return isTexts([code, message]) && [why, hint, output].every(each => each === undefined || isText(each));
}

function isDetached(value: unknown): boolean {
	return isObject(value) && isTexts([value['project'], value['service']]) && isNumber(value['restarts']);
}

/** Whether a `run.json` has the shape of a record. It may come from anywhere. */
export function isRun(value: Json): boolean {
	const {id, parent, verb, name, spec, command, tty, bestEffort, image, startedAt, commandStartedAt} = value;
	const {
		commandEndedAt,
		endedAt,
		outcome,
		end,
		error,
		warnings,
		steps,
		usage,
		samples = [],
		unread,
		lost,
		detached,
		node,
		engine,
		lock,
	} = value;
	return (
		[id, parent ?? id].every(each => isText(each) && isRunId(each)) &&
		(verb === 'up' || verb === 'run') &&
		(outcome === 'ended' || outcome === 'failed') &&
		isTexts([name, spec, node ?? '', engine ?? '']) &&
		(lock === undefined || isDigest(lock)) &&
		[command, warnings].every(isTexts) &&
		[tty, bestEffort].every(each => typeof each === 'boolean') &&
		isImage(image) &&
		[startedAt, endedAt, lost].every(isNumber) &&
		[commandStartedAt, commandEndedAt].every(each => orNull(each, isNumber)) &&
		orNull(end, isEnd) &&
		(error === undefined || isError(error)) &&
		(detached === undefined || isDetached(detached)) &&
		Array.isArray(steps) &&
		steps.length <= mostRows &&
		steps.every(isStep) &&
		orNull(usage, isUsage) &&
		Array.isArray(samples) &&
		samples.length <= mostRows &&
		samples.every(isSample) &&
		orNull(unread, isTexts)
	);
}

/** Whether a value has the shape of an entry of `files.json`. */
export function isLayerFile(value: unknown): boolean {
	if (!isObject(value)) return false;
	const {change, path, kind, mode, size, digest, target} = value;
	return (
		['A', 'C', 'D'].includes(change as string) &&
		isText(path) &&
		[null, 'file', 'folder', 'link', 'other'].includes(kind as null) &&
		[mode, size].every(each => each === undefined || isNumber(each)) &&
		(digest === undefined || orNull(digest, isDigest)) &&
		(target === undefined || isText(target))
	);
}

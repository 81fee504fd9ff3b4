import {TsboxError} from '../errors/tsbox-error.ts';
import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import {parse} from '../host/facts/saved-facts.ts';
import {count, exactly, fields, list, type Shape, table, text} from '../host/facts/shape.ts';
import type {TreeDigest} from './tree-digest.ts';

/** The form of a lock that this tsbox reads and writes. */
export const lockVersion = 1;

/** A service as it was locked. All keys are in one order, and no value says when or where it was made. */
export interface LockedService {
	/** Digest of the service as it was read, and its keys as the spec writes them; what may be a secret is a digest. */
	readonly spec: string;
	readonly keys: Readonly<Record<string, unknown>>;
	/** Its root filesystem: `archive` with the digest of the file, `folder` with that of the tree, `host` with none. */
	readonly rootfs: LockedRootfs;
	/** The read-only bind mounts, by their place in the container. */
	readonly inputs: Readonly<Record<string, TreeDigest>>;
	/** What a start depends on and the lock says nothing of; sentences. */
	readonly notLocked: readonly string[];
	/** The plan, and each of its steps by id. */
	readonly plan: string;
	readonly steps: Readonly<Record<string, string>>;
	/** Digest of the compiled filter, or `none`. */
	readonly seccomp: string;
	readonly tools: Readonly<Record<string, string>>;
	readonly features: Readonly<Record<string, string>>;
}

/** See {@link LockedService}. */
export type LockedRootfs =
	| {readonly kind: 'archive'; readonly digest: string}
	| ({readonly kind: 'folder'} & TreeDigest)
	| {readonly kind: 'host'};

/** The file `tsbox.lock`. */
export interface Lock {
	readonly version: typeof lockVersion;
	/** The spec's file name. */
	readonly spec: string;
	readonly services: Readonly<Record<string, LockedService>>;
}

const tree = {digest: text, entries: count, bytes: count};
const rootfs: Shape = value =>
	fields({kind: exactly('host')})(value) ||
	fields({kind: exactly('archive'), digest: text})(value) ||
	fields({kind: exactly('folder'), ...tree})(value);
const filesOf: Shape = value => {
	const files = (value as {readonly files?: unknown}).files;
	return files === undefined || table(text)(files);
};
const service = fields({
	spec: text,
	keys: table(() => true),
	rootfs: value => rootfs(value) && filesOf(value),
	inputs: table(value => fields(tree)(value) && filesOf(value)),
	notLocked: list(text),
	plan: text,
	steps: table(text),
	seccomp: text,
	tools: table(text),
	features: table(text),
});
const lock = fields({version: exactly(lockVersion), spec: text, services: table(service)});

/** The text of a lock: JSON with a value a line. */
export function lockText({version, spec, services}: Lock): string {
	const entries = Object.entries(services).toSorted(([one], [other]) => (one < other ? -1 : 1));
	return `${JSON.stringify({version, spec, services: Object.fromEntries(entries)}, undefined, '\t')}\n`;
}

/** The most bytes of a lock that are read. */
const largest = 64 * 1024 * 1024;

/**
 * Reads a lock; undefined where there is none.
 *
 * @throws TsboxError E_LOCKED for one that is damaged, or that a newer tsbox wrote.
 */
export function readLock(host: Host, path: string): Lock | undefined {
	const refuse = (message: string, why: string, hint: string): never => {
		throw new TsboxError('E_LOCKED', message, {why, hint});
	};
	const kind = host.lstat(path)?.kind;
	// Where root locks a folder of somebody else's, a link would have the lock written to any place that it names.
	if (kind !== undefined && kind !== 'file')
		refuse(
			`${path} is no plain file`,
			`it is a ${kind === 'other' ? 'device or pipe' : kind}`,
			'name the lock with `--lock FILE`',
		);
	const bytes = bytesOf(host, path);
	if (bytes === undefined) return undefined;
	const value = parse(bytes.toString());
	const version = (value as {readonly version?: unknown} | null | undefined)?.version;
	if (typeof version === 'number' && version > lockVersion)
		refuse(
			`${path} was written by a newer tsbox`,
			`it has version ${version} of the form, and this tsbox knows ${lockVersion}`,
			'update tsbox',
		);
	if (!isLock(value))
		refuse(
			`${path} is damaged`,
			'it does not hold a lock in a form that is known here',
			'take it back from git, or remove it and write it anew with `tsbox lock`',
		);
	return value as Lock;
}

function isLock(value: unknown): value is Lock {
	return lock(value);
}

function bytesOf(host: Host, path: string): Buffer | undefined {
	try {
		return host.readBytes(path, 0, largest);
	} catch (error) {
		if (errnoOf(error) !== 'EACCES') throw error;
		throw new TsboxError('E_LOCKED', `${path} cannot be read`, {
			hint: 'name the lock with `--lock FILE`',
			cause: error,
		});
	}
}

import {TsboxError} from '../errors/tsbox-error.ts';
import {errnoOf} from '../host/errno.ts';
import {parse} from '../host/facts/saved-facts.ts';
import {count, exactly, fields, list, type Shape, table, text} from '../host/facts/shape.ts';
import type {Host} from '../host/host.ts';
import type {TreeDigest} from './tree-digest.ts';

/** The version of the lock file format that this tsbox reads and writes. */
export const lockVersion = 1;

/** A locked service. Its keys have a fixed order, and no value depends on when or where the lock was written. */
export interface LockedService {
	/** Digest of the service, and its keys as the spec writes them. Values that may be secrets are digests. */
	readonly spec: string;
	readonly keys: Readonly<Record<string, unknown>>;
	/**
	 * The root filesystem: `archive` with the file's digest, `folder` with the tree's digest, `image` with the digest that its
	 * reference points to, or `host` without one.
	 */
	readonly rootfs: LockedRootfs;
	/** The read-only bind mounts by their paths in the container. */
	readonly inputs: Readonly<Record<string, TreeDigest>>;
	/** What a start depends on but the lock does not cover, in sentences. */
	readonly notLocked: readonly string[];
	/** Digests of the plan and of each step by id. */
	readonly plan: string;
	readonly steps: Readonly<Record<string, string>>;
	/** Digest of the compiled seccomp filter, or `none`. */
	readonly seccomp: string;
	readonly tools: Readonly<Record<string, string>>;
	readonly features: Readonly<Record<string, string>>;
}

/** The root filesystem of a {@link LockedService}. */
export type LockedRootfs =
	| {readonly kind: 'archive'; readonly digest: string}
	| ({readonly kind: 'folder'} & TreeDigest)
	| {readonly kind: 'image'; readonly reference: string; readonly digest: string}
	| {readonly kind: 'host'};

/** The content of `tsbox.lock`. */
export interface Lock {
	readonly version: typeof lockVersion;
	readonly spec: string;
	readonly services: Readonly<Record<string, LockedService>>;
}

const tree = {digest: text, entries: count, bytes: count};
const rootfs: Shape = value =>
	fields({kind: exactly('host')})(value) ||
	fields({kind: exactly('archive'), digest: text})(value) ||
	fields({kind: exactly('image'), reference: text, digest: text})(value) ||
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

/** The text of a lock file: JSON with one value per line. */
export function lockText({version, spec, services}: Lock): string {
	const entries = Object.entries(services).toSorted(([one], [other]) => (one < other ? -1 : 1));
	return `${JSON.stringify({version, spec, services: Object.fromEntries(entries)}, undefined, '\t')}\n`;
}

/** Largest lock file to read, in bytes. */
const largest = 64 * 1024 * 1024;

/**
 * Reads a lock file; undefined if there is none.
 *
 * @throws TsboxError E_LOCKED for a damaged lock file, or one from a newer tsbox.
 */
export function readLock(host: Host, path: string): Lock | undefined {
	const refuse = (message: string, why: string, hint: string): never => {
		throw new TsboxError('E_LOCKED', message, {why, hint});
	};
	const kind = host.lstat(path)?.kind;
	// If root locks a folder of another user, a symlink could make tsbox overwrite any file.
	if (kind !== undefined && kind !== 'file')
		refuse(
			`${path} is not a regular file`,
			`it is a ${kind === 'other' ? 'device or pipe' : kind}`,
			'choose another lock file with `--lock FILE`',
		);
	const bytes = bytesOf(host, path);
	if (bytes === undefined) return undefined;
	const value = parse(bytes.toString());
	const version = (value as {readonly version?: unknown} | null | undefined)?.version;
	if (typeof version === 'number' && version > lockVersion)
		refuse(
			`${path} was written by a newer tsbox`,
			`it has format version ${version}, and this tsbox reads version ${lockVersion}`,
			'update tsbox',
		);
	if (!isLock(value))
		refuse(
			`${path} is damaged`,
			'it is not a valid lock file',
			'restore it from git, or remove it and run `tsbox lock`',
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
			hint: 'choose another lock file with `--lock FILE`',
			cause: error,
		});
	}
}

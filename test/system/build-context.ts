import {copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect} from 'vitest';
import type {Ended, StartOptions, TestBox} from './box.ts';

/** The first lines of a Dockerfile whose root filesystem is the small one of the tests. */
export const fromBusybox = 'FROM scratch AS base\nADD rootfs.tar /\n';

/** A file of a context: its text, or also its mode. */
export type ContextFile = string | {readonly text: string; readonly mode: number};

/** Writes a context into the folder of a test, with a Dockerfile and the archive of the small root filesystem. Returns its path. */
export function buildContext(
	box: TestBox,
	dockerfile: string,
	files: Readonly<Record<string, ContextFile>> = {},
): string {
	const folder = join(box.folder, 'context');
	mkdirSync(folder, {recursive: true});
	copyFileSync(box.rootfs, join(folder, 'rootfs.tar'));
	for (const [name, file] of Object.entries({Dockerfile: dockerfile, ...files})) {
		mkdirSync(dirname(join(folder, name)), {recursive: true});
		const {text, mode} = typeof file === 'string' ? {text: file, mode: 0o644} : file;
		writeFileSync(join(folder, name), text, {mode});
	}
	return folder;
}

/** Builds, and expects that it succeeds. Returns the digest of the image, and what was printed. */
export async function built(
	box: TestBox,
	args: readonly string[],
	options?: StartOptions,
): Promise<{readonly digest: string; readonly err: string}> {
	const ended: Ended = await box.tsbox(['build', ...args], options);
	expect({status: ended.status, err: ended.status === 0 ? '' : ended.err}).toEqual({status: 0, err: ''});
	return {digest: ended.out.trim(), err: ended.err};
}

/** A blob of the store, parsed. */
function blobOf<T>(box: TestBox, digest: string): T {
	return JSON.parse(readFileSync(blobFile(box, digest), 'utf8')) as T;
}

/** The path of a blob of the store. */
export function blobFile(box: TestBox, digest: string): string {
	return join(box.folder, 'store/blobs', digest.replace(':', '/'));
}

/** Folders of a build that is not done: work of the store, and what is known of its containers. */
export function unfinished(box: TestBox): readonly string[] {
	return ['store/tmp', 'store/layers', 'state/containers', 'state/exited'].flatMap(name => {
		try {
			// A container that a test runs of the image has its exit status there, too.
			return readdirSync(join(box.folder, name))
				.filter(each => name !== 'state/exited' || each.startsWith('build-'))
				.map(each => `${name}/${each}`);
		} catch {
			return [];
		}
	});
}

/** The manifest of an image. */
export interface Manifest {
	readonly config: {readonly digest: string};
	readonly layers: readonly {readonly digest: string}[];
}

/** The configuration of an image. */
export interface Config {
	readonly created: string;
	readonly config: Readonly<Record<string, unknown>>;
	readonly history: readonly {readonly created: string; readonly created_by: string; readonly empty_layer?: boolean}[];
}

export function manifestOf(box: TestBox, digest: string): Manifest {
	return blobOf<Manifest>(box, digest);
}

export function configOf(box: TestBox, digest: string): Config {
	return blobOf<Config>(box, manifestOf(box, digest).config.digest);
}

import {execFileSync} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import {type Starter, type TestBox, testBox} from '../system/box.ts';

/** A file of the host that no attack may touch. */
export interface Canary {
	readonly path: string;
	/** Throws when the file, its place or the host's mounts are not what they were. */
	readonly isUntouched: () => void;
}

/** What a container may be started as: by root, with a user namespace or without, or by an ordinary user that is but a number. */
export const starters = [
	['run', undefined],
	['mapped', 'mapped'],
	['rootless', {uid: 61_235, gid: 61_235}],
] as const;

/** A test's own corner with a canary in it. */
export interface Target extends AsyncDisposable {
	readonly box: TestBox;
	readonly canary: Canary;
}

/** Makes a corner of the machine for an attack. */
export async function target(starter?: Starter): Promise<Target> {
	const box = await testBox(starter);
	return {box, canary: canaryIn(box), [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]()};
}

function canaryIn({folder, name}: TestBox): Canary {
	const outside = join(folder, 'outside');
	mkdirSync(outside, {mode: 0o755});
	const path = join(outside, 'canary');
	writeFileSync(path, `canary ${randomBytes(8).toString('hex')}\n`, {mode: 0o644});
	const look = () => {
		const {ino, mtimeMs, mode, uid, size} = statSync(path);
		return {
			ino,
			mtimeMs,
			mode,
			uid,
			size,
			hash: createHash('sha256').update(readFileSync(path)).digest('hex'),
			beside: execFileSync('ls', ['-lA', '--time-style=full-iso', outside], {encoding: 'utf8'}),
		};
	};
	const before = look();
	return {
		path,
		isUntouched: () => {
			expect(look()).toEqual(before);
			expect(mountsOf(folder).concat(mountsOf(`/${name}`))).toEqual([]);
		},
	};
}

/** Mounts of the host that have to do with a folder. */
function mountsOf(folder: string): readonly string[] {
	return readFileSync('/proc/self/mountinfo', 'utf8')
		.split('\n')
		.filter(line => line.includes(folder));
}

/** Compiles a C program of this folder, static, so that it runs in any root. */
export function compiled(source: string, folder: string): string {
	const program = join(folder, source.replace(/\.c$/, ''));
	execFileSync('gcc', ['-O1', '-static', '-o', program, join(import.meta.dirname, source)], {stdio: 'pipe'});
	return program;
}

/** A root filesystem as a folder, made of the small archive and what the attack adds. */
export function hostileRoot(box: TestBox, more: (root: string) => void): string {
	const root = join(box.folder, 'hostile');
	mkdirSync(root);
	execFileSync('tar', ['-xf', box.rootfs, '-C', root]);
	more(root);
	return root;
}

/** What the calls of syscalls.c ended with in a container: `fsopen` → `EPERM`. */
export async function callOutcomes(at: Target, more = ''): Promise<ReadonlyMap<string, string>> {
	const program = compiled('syscalls.c', at.box.folder);
	const {status, out} = await at.box.tsbox([
		'run',
		at.box.spec(`volumes: ["${program}:/try:ro"]\n${more}`),
		'--',
		'/try',
	]);
	expect(status).toBe(0);
	return new Map(
		out
			.trim()
			.split('\n')
			.map(line => line.split(' ') as [string, string]),
	);
}

/** Who builds images: root, or an ordinary user. */
export const builders = [
	['root', undefined],
	['rootless', {uid: 61_236, gid: 61_236}],
] as const;

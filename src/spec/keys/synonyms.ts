import type {Key} from './key.ts';
import {serviceKeys} from './service-keys.ts';

const keyOf = new Map(
	Object.entries<Key>(serviceKeys).flatMap(([key, {also = []}]) => also.map(word => [word, key] as const)),
);

/** Hints for words that stand for more than one key, or for a command-line option. */
const sentences: Readonly<Record<string, string>> = {
	limits: 'use `mem_limit`, `cpus`, `pids_limit` or `ulimits`',
	resources: 'use `mem_limit`, `cpus` and `pids_limit`, or `deploy: {resources: {limits: ...}}`',
	chroot: 'name the folder with `rootfs`; `root: chroot` has chroot(2) in place of pivot_root(2)',
	pivot_root: 'name the folder with `rootfs`; pivot_root(2) is what it is entered by',
	detach: 'take it out; `tsbox up -d` does that',
	driver_opts: 'take it out',
};

/** The key that other tools, or people, call by this word. */
export function synonymOf(word: string): string | undefined {
	return keyOf.get(word.toLowerCase());
}

/** The hint for a word that is not a key but is a known synonym; undefined for any other word. */
export function synonymHint(word: string): string | undefined {
	const lower = word.toLowerCase();
	if (Object.hasOwn(sentences, lower)) return sentences[lower];
	const key = synonymOf(lower);
	return key === undefined ? undefined : `did you mean \`${key}\`?`;
}

import type {Key} from './key.ts';
import {serviceKeys} from './service-keys.ts';

const keyOf = new Map(
	Object.entries<Key>(serviceKeys).flatMap(([key, {also = []}]) => also.map(word => [word, key] as const)),
);

/** Words that mean more than one key. */
const sentences: Readonly<Record<string, string>> = {
	limits: 'use `mem_limit`, `cpus`, `pids_limit` or `ulimits`',
	resources: 'use `mem_limit`, `cpus` and `pids_limit`, or `deploy: {resources: {limits: ...}}`',
	chroot: 'name the folder with `rootfs`; `root: chroot` has chroot(2) in place of pivot_root(2)',
	pivot_root: 'name the folder with `rootfs`; pivot_root(2) is what it is entered by',
	network: 'leave `network` out of `namespaces` for the network of the host',
	net: 'leave `network` out of `namespaces` for the network of the host',
	detach: 'take it out; `tsbox up -d` does that',
};

/** What to write in place of a word that is no key of a container, as an imperative sentence; undefined where nobody says it. */
export function synonymHint(word: string): string | undefined {
	const lower = word.toLowerCase();
	if (Object.hasOwn(sentences, lower)) return sentences[lower];
	const key = keyOf.get(lower);
	return key === undefined ? undefined : `did you mean \`${key}\`?`;
}

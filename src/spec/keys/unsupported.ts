import type {Key} from './key.ts';
import {serviceKeys} from './service-keys.ts';

/** Keys of a Compose service that tsbox does not support, each with a hint (an imperative sentence). */
export const unsupportedServiceKeys: Readonly<Record<string, string>> = {
	annotations: 'use `labels`',
	attach: 'take it out; `tsbox up` always attaches',
	cgroup: 'for limits use `mem_limit`, `cpus` and `pids_limit`; for a cgroup namespace add `cgroup` to `namespaces`',
	configs: 'mount the file with `volumes`',
	cpu_count: 'use `cpus`',
	cpu_percent: 'use `cpus`',
	cpu_period: 'use `cpus`',
	cpu_quota: 'use `cpus`',
	cpu_rt_period: 'use `cpus`',
	cpu_rt_runtime: 'use `cpus`',
	credential_spec: 'take it out; it is for Windows',
	develop: 'take it out',
	device_cgroup_rules: 'name the devices with `devices`',
	driver_opts: 'take it out',
	external_links: 'take it out',
	gpus: 'name the devices with `devices`',
	isolation: 'take it out; it is for Windows',
	label_file: 'use `labels`',
	mem_swappiness: 'use `memswap_limit`',
	models: 'take it out',
	oom_kill_disable: 'use `oom_score_adj`',
	provider: 'take it out',
	runtime: 'take it out',
	secrets: 'mount the file read-only with `volumes`',
	storage_opt: 'take it out',
	use_api_socket: 'take it out',
	volumes_from: 'write the `volumes` again, or share them with a YAML anchor',
};

/** Top-level keys of a Compose file that tsbox does not support, each with a hint. */
export const unsupportedTopKeys: Readonly<Record<string, string>> = {
	configs: 'mount the files with `volumes` in the service',
	models: 'take it out',
};

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

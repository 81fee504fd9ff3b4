import * as z from 'zod/mini';
import {parseContainerPath} from '../values/container-path.ts';
import {namespaceKinds, type NamespaceKind, type Origin} from '../model/project.ts';
import {numberIn, parseBoolean} from '../syntax/scalar.ts';
import {key, parsedBy, text, textOrBoolean, textOrNumber} from '../values/schema-parts.ts';
import {parsePositiveSize} from '../values/size.ts';
import {sizeText} from '../values/spelled-values.ts';
import type {Places} from '../syntax/tree.ts';

const boolean = () => parsedBy(textOrBoolean, parseBoolean);

/** The schema of the key `policy` in tsbox's configuration. */
export const policySchema = z.strictObject(
	{
		allowed_binds: key(
			'Folders of the host that the source of each bind mount, a folder as `rootfs`, and what `rootfs.host.show` opens must be in; symlinks are followed first.',
			z.array(parsedBy(text, parseContainerPath), {error: 'must be a list of folders'}),
		),
		forbid_privileged: key(
			'Refuse `privileged`, and what comes to the same: capabilities over the host, no seccomp filter, open /proc and /sys, disks as devices, `root: chroot`.',
			boolean(),
		),
		forbid_host_network: key('Refuse the network of the host; the same as `network` below.', boolean()),
		forbid_host_namespaces: key(
			'Namespaces of the host that no container may share; `user` asks for a user namespace.',
			z.array(z.enum(namespaceKinds), {error: 'must be a list of namespaces'}),
		),
		forbid_rootfs_host: key('Refuse `rootfs: host`, and `/` as a folder.', boolean()),
		max_memory: key(
			'The most that `mem_limit` may be; each container must have one.',
			parsedBy(sizeText, parsePositiveSize),
		),
		max_cpus: key(
			'The most that `cpus` may be; each container must have it.',
			parsedBy(textOrNumber, numberIn({min: 0.01, max: 65_536, fractions: true})),
		),
		max_pids: key(
			'The most that `pids_limit` may be; each container must have one.',
			parsedBy(textOrNumber, numberIn({min: 1, max: 4_194_304})),
		),
	},
	{error: 'must be a map'},
);

/** The name of a rule, as written in the configuration. */
export type PolicyRule = keyof z.output<typeof policySchema>;

/** What one configuration file forbids. The policies of all files apply together, so that no file can loosen another. */
export interface Policy {
	/** Absolute paths with unresolved symlinks. */
	readonly allowedBinds?: readonly string[];
	readonly forbidPrivileged: boolean;
	/** Namespaces that a container must not share with the host. */
	readonly ownNamespaces: readonly NamespaceKind[];
	readonly forbidRootfsHost: boolean;
	/** Bytes. */
	readonly maxMemory?: number;
	readonly maxCpus?: number;
	readonly maxPids?: number;
	/** Where each rule is written. */
	readonly origins: Readonly<Partial<Record<PolicyRule, Origin>>>;
}

/** Converts the output of the schema to a {@link Policy}; `places` belong to the `policy` map. */
export function readPolicy(output: z.output<typeof policySchema>, places: Places): Policy {
	const network: readonly NamespaceKind[] = output.forbid_host_network === true ? ['network'] : [];
	return {
		...(output.allowed_binds !== undefined && {allowedBinds: output.allowed_binds}),
		forbidPrivileged: output.forbid_privileged ?? false,
		ownNamespaces: [...new Set([...network, ...(output.forbid_host_namespaces ?? [])])],
		forbidRootfsHost: output.forbid_rootfs_host ?? false,
		...(output.max_memory !== undefined && {maxMemory: output.max_memory}),
		...(output.max_cpus !== undefined && {maxCpus: output.max_cpus}),
		...(output.max_pids !== undefined && {maxPids: output.max_pids}),
		origins: Object.fromEntries(Object.keys(output).map(rule => [rule, places.origin([rule])])),
	};
}

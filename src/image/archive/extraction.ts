import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {type RangeMap, userMapOf} from '../../host/id-map.ts';
import type {Compression} from './compression.ts';
import {type JailedTool, toolOf} from './jail.ts';

/** What GNU tar needs to restore a tree that is not its caller's; capabilities(7). */
const capabilities = ['chown', 'dac_override', 'fowner', 'fsetid', 'mknod', 'setfcap'];

/** Of these, each must be in tar's help text; busybox has none of them. */
const neededFlags = ['numeric-owner', 'xattrs', 'xattrs-include', 'delay-directory-restore'];

/**
 * Unpacks a plain tar from stdin into its root, a whole root filesystem or a part of one.
 * Of the extended attributes only file capabilities and the user's own come along: `trusted.overlay.*` and
 * `user.overlay.*` would be orders to the overlay that the container runs on, and labels are the host's to give.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED where tar is not GNU tar.
 */
export function extraction(facts: HostFacts, ids?: RangeMap, what: 'root' | 'part' = 'root'): JailedTool {
	const {flags} = toolOf(facts, 'tar');
	const map = ids ?? (facts.user.uid === 0 ? null : userMapOf(facts));
	const missing = neededFlags.filter(flag => !flags.includes(flag));
	if (missing.length > 0) {
		throw new TsboxError('E_HOST_UNSUPPORTED', `the tar of this machine has no --${missing.join(', --')}`, {
			why: 'owners and file capabilities would be lost',
			hint: 'install GNU tar',
		});
	}
	const args = [
		'-xpf',
		'-',
		'-C',
		'/',
		'--numeric-owner',
		// A map of one id has nobody else to give a file to.
		map?.kind === 'single' ? '--no-same-owner' : '--same-owner',
		// Device nodes can't be made in a user namespace; the ones of /dev would be covered by the container's own.
		...(map === null || what === 'part' ? [] : ['--anchored', '--exclude=dev/*', '--exclude=./dev/*', '--no-anchored']),
		'--xattrs',
		...(map?.kind === 'single' ? [] : ['--xattrs-include=security.capability']),
		'--xattrs-include=user.*',
		'--xattrs-exclude=user.overlay.*',
		'--delay-directory-restore',
		'--warning=no-timestamp',
		'--warning=no-unknown-keyword',
		// A record of 1 MiB instead of 10 KiB: a hundredth of the read calls.
		'--blocking-factor=2048',
	];
	return {tool: 'tar', args, capabilities, keepFolder: true};
}

/** Unpacks stdin to stdout, as nobody in an empty root: decoders have had holes. */
export function decompression(compression: Exclude<Compression, 'none'>): JailedTool {
	return {tool: compression, args: ['-dc'], capabilities: [], keepFolder: false};
}

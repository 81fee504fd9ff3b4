import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {type RangeMap, userMapOf} from '../../host/id-map.ts';
import type {Compression} from './compression.ts';
import {type JailedTool, toolOf} from './jail.ts';

/** The capabilities that GNU tar needs to restore files of other owners; capabilities(7). */
const capabilities = ['chown', 'dac_override', 'fowner', 'fsetid', 'mknod', 'setfcap'];

/** Options that tar's help text must list; busybox has none of them. */
const neededFlags = ['numeric-owner', 'xattrs', 'xattrs-include', 'delay-directory-restore'];

/**
 * The tool that unpacks a plain tar from stdin into its root: a whole root filesystem or a part of one.
 * Of the extended attributes it restores only file capabilities and `user.*`. `trusted.overlay.*` and `user.overlay.*` would
 * control the overlay that the container runs on, and security labels are up to the host.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when tar is not GNU tar.
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
		// A map of a single id has no other owner.
		map?.kind === 'single' ? '--no-same-owner' : '--same-owner',
		// A user namespace cannot create device nodes, and the container's own /dev would cover them.
		...(map === null || what === 'part' ? [] : ['--anchored', '--exclude=dev/*', '--exclude=./dev/*', '--no-anchored']),
		'--xattrs',
		...(map?.kind === 'single' ? [] : ['--xattrs-include=security.capability']),
		'--xattrs-include=user.*',
		'--xattrs-exclude=user.overlay.*',
		'--delay-directory-restore',
		'--warning=no-timestamp',
		'--warning=no-unknown-keyword',
		// A record of 1 MiB instead of 10 KiB needs a hundredth of the read calls.
		'--blocking-factor=2048',
	];
	return {tool: 'tar', args, capabilities, keepFolder: true};
}

/** The tool that decompresses stdin to stdout. It runs as nobody in an empty root, because decoders have had security holes. */
export function decompression(compression: Exclude<Compression, 'none'>): JailedTool {
	return {tool: compression, args: ['-dc'], capabilities: [], keepFolder: false};
}

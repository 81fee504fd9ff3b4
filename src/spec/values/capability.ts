import {didYouMean} from '../../errors/did-you-mean.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** The names of capabilities(7) without CAP_, in the order of their numbers (linux/capability.h). */
export const capabilityNames = [
	'CHOWN',
	'DAC_OVERRIDE',
	'DAC_READ_SEARCH',
	'FOWNER',
	'FSETID',
	'KILL',
	'SETGID',
	'SETUID',
	'SETPCAP',
	'LINUX_IMMUTABLE',
	'NET_BIND_SERVICE',
	'NET_BROADCAST',
	'NET_ADMIN',
	'NET_RAW',
	'IPC_LOCK',
	'IPC_OWNER',
	'SYS_MODULE',
	'SYS_RAWIO',
	'SYS_CHROOT',
	'SYS_PTRACE',
	'SYS_PACCT',
	'SYS_ADMIN',
	'SYS_BOOT',
	'SYS_NICE',
	'SYS_RESOURCE',
	'SYS_TIME',
	'SYS_TTY_CONFIG',
	'MKNOD',
	'LEASE',
	'AUDIT_WRITE',
	'AUDIT_CONTROL',
	'SETFCAP',
	'MAC_OVERRIDE',
	'MAC_ADMIN',
	'SYSLOG',
	'WAKE_ALARM',
	'BLOCK_SUSPEND',
	'AUDIT_READ',
	'PERFMON',
	'BPF',
	'CHECKPOINT_RESTORE',
] as const;

/** Parses a capability with or without CAP_, in any case, or `ALL`. Returns `CAP_NET_ADMIN` or `ALL`. */
export function parseCapability(name: string): Parsed<string> {
	const bare = name.trim().toUpperCase().replace(/^CAP_/, '');
	if (bare === 'ALL') return good('ALL');
	if (capabilityNames.some(known => known === bare)) return good(`CAP_${bare}`);
	const near = didYouMean(bare, capabilityNames);
	return bad(`must be a capability of capabilities(7), not ${quoted(name)}`, near && `did you mean \`${near}\`?`);
}

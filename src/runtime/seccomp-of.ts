import type {Machine} from '../container/machine/machine.ts';
import {compiledFilter} from '../container/plan/seccomp.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {SeccompInput} from '../plan/input/input.ts';
import type {BundleConfig} from '../spec/bundle/bundle-config.ts';
import {present} from '../spec/syntax/pick.ts';
import type {SeccompAgent} from '../step/verbs/drop-privileges.ts';

/** The flags of seccomp(2) by their bits. All threads have the filter anyway (TSYNC): it is loaded before there are several. */
export const seccompFlags: Readonly<Record<string, number>> = {
	SECCOMP_FILTER_FLAG_TSYNC: 0,
	SECCOMP_FILTER_FLAG_LOG: 2,
	SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
};

/** Those of libseccomp; config-linux.md, "Seccomp". Calls of one that this machine does not have never come. */
const architectures: readonly string[] =
	'X86 X86_64 X32 ARM AARCH64 LOONGARCH64 M68K MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X PARISC PARISC64 RISCV64 SH SHEB'
		.split(' ')
		.map(name => `SCMP_ARCH_${name}`);

/** Members of `linux.seccomp` that are looked at here; config-linux.md, "Seccomp". The reader of profiles sees to the others. */
interface Seccomp {
	readonly flags?: readonly string[] | null;
	readonly architectures?: readonly string[] | null;
	readonly listenerPath?: string | null;
	readonly listenerMetadata?: string | null;
	readonly defaultAction?: unknown;
	readonly defaultErrnoRet?: unknown;
	readonly syscalls?:
		| readonly {readonly names?: unknown; readonly action?: unknown; readonly errnoRet?: unknown}[]
		| null;
}

/**
 * The filter of a bundle; null without one.
 *
 * @param capabilities - the bounding set
 * @throws TsboxError E_SPEC_INVALID, E_HOST_UNSUPPORTED.
 */
export async function seccompOf(
	machine: Machine,
	capabilities: readonly string[],
	seccomp: BundleConfig['linux']['seccomp'],
): Promise<SeccompInput | null> {
	if (seccomp === undefined) return null;
	const {bits, agent} = checkSeccomp(seccomp);
	if (agent !== undefined) checkKernel(machine);
	// The arguments of calls have 64 bits, which the reader of profiles keeps.
	const text = JSON.stringify(seccomp).replaceAll(/"(value|valueTwo)":"(\d+)"/g, '"$1":$2');
	const profile = 'linux.seccomp of config.json';
	const filter = await compiledFilter(machine, {profile, text, capabilities, hasAgent: agent !== undefined}, true);
	return {...filter, ...present({flags: bits === 0 ? undefined : bits, agent})};
}

/** Only pidfd_getfd(2) takes the listener out of the process: Linux 5.6. */
function checkKernel({facts}: Machine): void {
	const [major = 0, minor = 0] = facts.kernel.release.split('.').map(Number);
	if (major > 5 || (major === 5 && minor >= 6)) return;
	throw new TsboxError('E_HOST_UNSUPPORTED', 'seccomp notify unsupported: SCMP_ACT_NOTIFY needs Linux 5.6', {
		why: `this kernel is ${facts.kernel.release}`,
		hint: 'choose SCMP_ACT_ERRNO',
	});
}

/**
 * Refuses what a profile of Docker may have and a bundle may not.
 *
 * @returns the flags of seccomp(2), and who is asked about calls
 * @throws TsboxError E_SPEC_INVALID, E_HOST_UNSUPPORTED.
 */
export function checkSeccomp(seccomp: NonNullable<BundleConfig['linux']['seccomp']>): {
	readonly bits: number;
	readonly agent: SeccompAgent | undefined;
} {
	const {flags, architectures: named, defaultAction, defaultErrnoRet, syscalls} = seccomp as Seccomp;
	const unknown = Array.isArray(named) ? named.find(name => !architectures.includes(String(name))) : undefined;
	if (unknown !== undefined) throw invalid(`architectures: ${unknown} is unknown`, 'see config-linux.md for the names');
	checkListener(seccomp);
	const rules = Array.isArray(syscalls) ? (syscalls as NonNullable<Seccomp['syscalls']>) : [];
	refuseErrno(defaultAction, 'defaultErrnoRet', defaultErrnoRet);
	for (const [at, rule] of rules.entries()) refuseErrno(rule?.action, `syscalls.${at}.errnoRet`, rule?.errnoRet);
	let bits = 0;
	for (const flag of Array.isArray(flags) ? (flags as readonly string[]) : []) bits |= bitOf(flag);
	return {bits, agent: agentOf(seccomp, rules)};
}

/** Who is asked about calls, if anybody is. A process that waits for an answer at each write(2) could not even say why it fails. */
function agentOf(
	{defaultAction, listenerPath, listenerMetadata}: Seccomp,
	rules: NonNullable<Seccomp['syscalls']>,
): SeccompAgent | undefined {
	const asked = rules.filter(rule => rule?.action === 'SCMP_ACT_NOTIFY');
	if (defaultAction === 'SCMP_ACT_NOTIFY')
		throw invalid('defaultAction: SCMP_ACT_NOTIFY cannot be used as default action', 'choose another one');
	if (asked.length === 0) return undefined;
	if (asked.some(({names}) => Array.isArray(names) && names.includes('write')))
		throw invalid('syscalls: SCMP_ACT_NOTIFY cannot be used for the write syscall', 'leave `write` out');
	if (listenerPath?.startsWith('/') !== true)
		throw invalid('listenerPath must be an absolute path', 'name the socket of the agent for SCMP_ACT_NOTIFY');
	return {path: listenerPath, metadata: listenerMetadata ?? ''};
}

/** Without SCMP_ACT_NOTIFY there is nothing to listen to, and both are ignored: config-linux.md, "Seccomp". */
function checkListener({listenerPath, listenerMetadata}: Seccomp): void {
	for (const [member, value] of Object.entries({listenerPath, listenerMetadata}))
		if (value !== undefined && value !== null && typeof value !== 'string')
			throw invalid(`${member} must be a string`, 'name a socket, or leave it out');
	if ((listenerMetadata ?? '') !== '' && (listenerPath ?? '') === '')
		throw invalid('listenerMetadata is for listenerPath', 'set that too, or leave it out');
}

function invalid(message: string, hint: string): TsboxError {
	return new TsboxError('E_SPEC_INVALID', `linux.seccomp.${message}`, {hint});
}

function bitOf(flag: string): number {
	const bit = Object.hasOwn(seccompFlags, flag) ? seccompFlags[flag] : undefined;
	if (bit === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', `linux.seccomp.flags: ${flag} is not supported`, {
			why: `known are ${Object.keys(seccompFlags).join(', ')}`,
			hint: 'leave it out',
		});
	return bit;
}

function refuseErrno(action: unknown, errnoMember: string, errno: unknown): void {
	if (errno !== undefined && errno !== null && action !== 'SCMP_ACT_ERRNO' && action !== 'SCMP_ACT_TRACE')
		throw new TsboxError('E_SPEC_INVALID', `linux.seccomp.${errnoMember} is not for ${String(action)}`, {
			why: 'SCMP_ACT_ERRNO and SCMP_ACT_TRACE alone have an error number',
			hint: 'leave it out, or change the action',
		});
}

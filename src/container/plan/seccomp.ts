import type {Machine} from '../machine/machine.ts';
import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf, unlessForbidden} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {SeccompInput} from '../../plan/input/input.ts';
import type {Service} from '../../spec/model/project.ts';

/** Hash of this build's seccomp compiler, tables, and default profile; set by build.mjs. */
declare const SECCOMP_BASIS: string | undefined;

/** Largest profile to read, in bytes. Docker's own has 13 thousand. */
const largestProfile = 4 * 1024 * 1024;

/**
 * The compiled seccomp filter of a service. The store caches filters by the hash of their inputs.
 *
 * @param write - whether to keep a new filter in the store
 * @param trace - whether to also compile the filter that notifies a listener
 * @throws TsboxError E_SPEC_INVALID for a profile that cannot be read or compiled.
 */
export async function seccompFilter(
	{host, facts, dirs}: Pick<Machine, 'host' | 'facts' | 'dirs'>,
	service: Service,
	config: OciConfig,
	write: boolean,
	trace = false,
): Promise<SeccompInput | null> {
	const {seccomp} = service.security;
	if (seccomp.kind === 'unconfined') return null;
	const profile = seccomp.kind === 'file' ? seccomp.path : 'default';
	const text = seccomp.kind === 'file' ? profileText(host, seccomp.path) : '';
	const {bounding} = config.process.capabilities;
	return compiledFilter({host, facts, dirs}, {profile, text, capabilities: bounding}, write, trace);
}

/**
 * A profile as a filter, from the store or compiled now.
 *
 * @param write - whether to keep a new filter in the store
 * @param trace - whether to also compile the filter that notifies a listener
 * @throws TsboxError E_SPEC_INVALID for a profile that cannot be compiled.
 */
export async function compiledFilter(
	{host, facts, dirs}: Pick<Machine, 'host' | 'facts' | 'dirs'>,
	{
		profile,
		text,
		capabilities,
		hasAgent = false,
	}: {
		readonly profile: string;
		readonly text: string;
		readonly capabilities: readonly string[];
		/** See {@link readSeccompProfile}. */
		readonly hasAgent?: boolean;
	},
	write: boolean,
	trace = false,
): Promise<SeccompInput> {
	const target = {
		capabilities,
		kernelRelease: facts.kernel.release,
		arch: facts.kernel.arch,
	};
	const basis = typeof SECCOMP_BASIS === 'undefined' ? undefined : SECCOMP_BASIS;
	const hash = createHash('sha256')
		.update(JSON.stringify([basis, text, target, ...(hasAgent ? ['agent'] : [])]))
		.digest('hex');
	const folder = `${dirs.store}/seccomp`;
	const file = `${folder}/${hash}.json`;
	const isKept = basis !== undefined && !trace;
	// A caller that only plans may have no access to the store.
	const kept = isKept ? unlessForbidden(() => host.readText(file)) : undefined;
	if (kept !== undefined) return {...(JSON.parse(kept) as Omit<SeccompInput, 'profile'>), profile};
	const {compileProfile} = await import('./compile-profile.ts');
	const made = compileProfile(text, profile, target, {trace, hasAgent});
	if (write && isKept) {
		try {
			host.mkdirs(folder, 0o700);
			host.writeAtomic(file, `${JSON.stringify(made)}\n`, 0o600);
		} catch (error) {
			// The cache only saves time. A store that is not writable is reported by the steps that need it.
			if (errnoOf(error) === undefined) throw error;
		}
	}
	return {...made, profile};
}

/**
 * The text of a seccomp profile.
 *
 * @throws TsboxError E_SPEC_INVALID for one that cannot be read, or that is too large.
 */
export function profileText(host: Host, path: string): string {
	const bytes = host.readBytes(path, 0, largestProfile + 1);
	const problem =
		bytes === undefined ? 'cannot be read' : bytes.length > largestProfile ? 'is larger than 4 MiB' : undefined;
	if (bytes !== undefined && problem === undefined) return bytes.toString();
	throw new TsboxError('E_SPEC_INVALID', `the seccomp profile ${path} ${problem ?? ''}`, {
		hint: 'choose another with `security_opt: [seccomp=FILE]`',
	});
}

import {defaultSeccompProfile, lowerSeccomp} from '../../oci/lower-seccomp.ts';
import type {SeccompInput} from '../../plan/input/input.ts';
import {compileSeccomp} from '../../seccomp/compile.ts';
import {readSeccompProfile} from '../../spec/security/seccomp-profile.ts';

/**
 * Compiles the text of a profile, or the default profile if it is empty. This is a module of its own, so that a start that
 * finds its filter in the store does not load the compiler.
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function compileProfile(
	text: string,
	profile: string,
	target: {readonly capabilities: readonly string[]; readonly kernelRelease: string; readonly arch: string},
	{trace, hasAgent}: {readonly trace: boolean; readonly hasAgent: boolean},
): Omit<SeccompInput, 'profile'> {
	const read = profile === 'default' ? defaultSeccompProfile() : readSeccompProfile(text, profile, hasAgent);
	const lowered = lowerSeccomp(read, target);
	const {filter, instructions, notes} = compileSeccomp(lowered);
	const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
	const traced = trace ? {traced: base64(compileSeccomp(lowered, {notify: true}).filter)} : {};
	return {filter: base64(filter), instructions, notes, ...traced};
}

import {defaultSeccompProfile, lowerSeccomp} from '../oci/lower-seccomp.ts';
import type {SeccompInput} from '../plan/input.ts';
import {compileSeccomp} from '../seccomp/compile.ts';
import {readSeccompProfile} from '../spec/seccomp-profile.ts';

/**
 * Compiles a profile's text, or the default profile where it is empty. A module of its own: a start that finds its filter
 * in the store never loads the compiler.
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function compileProfile(
	text: string,
	profile: string,
	target: {readonly capabilities: readonly string[]; readonly kernelRelease: string; readonly arch: string},
): Omit<SeccompInput, 'profile'> {
	const read = profile === 'default' ? defaultSeccompProfile() : readSeccompProfile(text, profile);
	const {filter, instructions, notes} = compileSeccomp(lowerSeccomp(read, target));
	return {filter: Buffer.from(filter).toString('base64'), instructions, notes};
}

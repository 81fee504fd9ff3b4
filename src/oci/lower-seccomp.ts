import defaultProfile from '../../config/seccomp.json' with {type: 'json'};
import {readSeccompProfile, type SeccompProfile, type SeccompRule} from '../spec/security/seccomp-profile.ts';
import type {OciSeccomp} from './config.ts';

/** The facts that decide a profile's conditions. */
export interface SeccompTarget {
	/** The bounding set, as `CAP_CHOWN`. */
	readonly capabilities: readonly string[];
	/** From uname(2): `6.18.5`. */
	readonly kernelRelease: string;
	/** From uname(2): `x86_64`. */
	readonly arch: string;
}

/** The machine name of uname(2), libseccomp's name, and Go's name, which conditions use. */
const machines: readonly (readonly [string, string, string])[] = [
	['x86_64', 'SCMP_ARCH_X86_64', 'amd64'],
	['aarch64', 'SCMP_ARCH_AARCH64', 'arm64'],
	['armv7l', 'SCMP_ARCH_ARM', 'arm'],
	['armv6l', 'SCMP_ARCH_ARM', 'arm'],
	['i686', 'SCMP_ARCH_X86', 'x86'],
];

/** The default profile: config/seccomp.json. */
export function defaultSeccompProfile(): SeccompProfile {
	return readSeccompProfile(JSON.stringify(defaultProfile), 'the default profile');
}

/** Resolves a profile's conditions. The result is plain OCI and depends on no host or capability. */
export function lowerSeccomp(profile: SeccompProfile, target: SeccompTarget): OciSeccomp {
	const native = machines.find(([machine]) => machine === target.arch);
	const mapped = profile.archMap?.find(({architecture}) => architecture === native?.[1]);
	const named =
		mapped === undefined ? (profile.architectures ?? []) : [mapped.architecture, ...(mapped.subArchitectures ?? [])];
	// That of the machine is always one, as in libseccomp.
	const architectures = native === undefined || named.includes(native[1]) ? named : [native[1], ...named];
	const rules = (profile.syscalls ?? []).filter(rule => applies(rule, target, native?.[2] ?? target.arch));
	return {
		defaultAction: profile.defaultAction,
		...(profile.defaultErrnoRet === undefined ? {} : {defaultErrnoRet: profile.defaultErrnoRet}),
		architectures,
		syscalls: rules.map(({name, names, action, errnoRet, args}) => ({
			names: [...(names ?? []), ...(name === undefined ? [] : [name])],
			action,
			...(errnoRet === undefined ? {} : {errnoRet}),
			...(args === undefined || args === null || args.length === 0 ? {} : {args}),
		})),
	};
}

/** All conditions in `includes` must hold and none in `excludes`, as in Docker's profiles. */
function applies(
	{includes, excludes}: SeccompRule,
	{capabilities, kernelRelease}: SeccompTarget,
	arch: string,
): boolean {
	const has = (cap: string): boolean => capabilities.includes(cap);
	return (
		(includes?.arches?.includes(arch) ?? true) &&
		(includes?.caps?.every(has) ?? true) &&
		(includes?.minKernel === undefined || isAtLeast(kernelRelease, includes.minKernel)) &&
		!(excludes?.arches?.includes(arch) ?? false) &&
		!(excludes?.caps?.some(has) ?? false) &&
		!(excludes?.minKernel !== undefined && isAtLeast(kernelRelease, excludes.minKernel))
	);
}

function isAtLeast(release: string, least: string): boolean {
	const [major = 0, minor = 0] = release.split(/[.-]/).map(Number);
	const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
	return major === leastMajor ? minor >= leastMinor : major > leastMajor;
}

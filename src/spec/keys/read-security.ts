import type {Picker} from '../syntax/pick.ts';
import type {Security, SecurityOption, Service} from '../model/project.ts';
import type {SpecRequest} from './request.ts';
import {resolveSource} from './rootfs.ts';
import {present} from '../syntax/pick.ts';

/** Reads `security_opt`, with defaults that depend on `privileged`. */
export function readSecurity(
	options: readonly SecurityOption[],
	privileged: boolean,
	picker: Picker,
	folder: string,
	request: SpecRequest,
	bare = false,
): Pick<Service, 'noNewPrivileges' | 'security'> {
	for (const index of options.keys()) picker.noteAt(`security_opt.${index}`, ['security_opt', index]);
	return {
		noNewPrivileges: lastOf(options, 'no-new-privileges')?.value ?? !(privileged || bare),
		security: security(options, privileged || bare, picker, folder, request),
	};
}

/** The last entry of a kind, because later entries override earlier ones. */
function lastOf<K extends SecurityOption['kind']>(
	options: readonly SecurityOption[],
	kind: K,
): Extract<SecurityOption, {kind: K}> | undefined {
	return options.findLast((option): option is Extract<SecurityOption, {kind: K}> => option.kind === kind);
}

function security(
	options: readonly SecurityOption[],
	privileged: boolean,
	picker: Picker,
	folder: string,
	request: SpecRequest,
): Security {
	const apparmor = lastOf(options, 'apparmor')?.value;
	const label = lastOf(options, 'label')?.value ?? undefined;
	return {
		seccomp: seccomp(options, privileged, picker, folder, request),
		systemPathsUnconfined: privileged || lastOf(options, 'systempaths') !== undefined,
		...(lastOf(options, 'writable-cgroups')?.value === true ? {writableCgroups: true as const} : {}),
		...present({apparmor: apparmor === 'unconfined' ? undefined : apparmor, label}),
	};
}

function seccomp(
	options: readonly SecurityOption[],
	privileged: boolean,
	picker: Picker,
	folder: string,
	request: SpecRequest,
): Security['seccomp'] {
	const index = options.findLastIndex(({kind}) => kind === 'seccomp');
	const value = lastOf(options, 'seccomp')?.value;
	if (value === undefined) return {kind: privileged ? 'unconfined' : 'default'};
	if (value === 'unconfined') return {kind: 'unconfined'};
	// Docker and Podman also have a name for their default profile.
	if (value === 'default' || value === 'builtin') return {kind: 'default'};
	const path = resolveSource(value, folder, request.env);
	const problem = !path.ok
		? path.problem
		: request.kindOf(path.value) === 'file'
			? undefined
			: `names ${path.value}, and there is no such file`;
	if (problem === undefined && path.ok) return {kind: 'file', path: path.value};
	picker.invalid(
		picker.placeOf(`security_opt.${index}`),
		`\`seccomp\` ${problem ?? ''}`,
		'write a path, or `seccomp=unconfined`',
	);
	return {kind: 'default'};
}

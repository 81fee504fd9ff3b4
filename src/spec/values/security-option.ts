import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {SecurityOption} from '../model/project.ts';

/** A profile name that the kernel accepts, without white space and without characters that separate options. */
const profileName = /^[A-Za-z0-9_./:+@-]{1,255}$/;

/** The SELinux context that container-selinux gives to container processes. `label=type:T` replaces one part. */
const defaultLabel = {user: 'system_u', role: 'system_r', type: 'container_t', level: 's0'};

/**
 * Parses an entry of `security_opt`: `NAME=VALUE`, or the legacy form `NAME:VALUE`.
 * Source: docker-run(1), --security-opt. `mask` and `unmask` of podman-run(1) are not supported.
 */
export function parseSecurityOption(option: string): Parsed<SecurityOption> {
	const match = /^([a-z-]+)(?:[=:](.*))?$/s.exec(option.trim());
	const [, name, value] = match ?? [];
	switch (name) {
		case 'no-new-privileges':
			if (value === undefined || value === 'true' || value === 'false')
				return good({kind: 'no-new-privileges', value: value !== 'false'});
			return bad(`has ${quoted(option)}`, 'write `no-new-privileges:true` or `no-new-privileges:false`');
		case 'seccomp':
			if (value === undefined || value === '' || value.includes('\0'))
				return bad(`has ${quoted(option)}`, 'write `seccomp=FILE` or `seccomp=unconfined`');
			return good({kind: 'seccomp', value});
		case 'apparmor':
			if (value !== undefined && profileName.test(value) && !value.startsWith('-'))
				return good({kind: 'apparmor', value});
			return bad(`has ${quoted(option)}`, 'write `apparmor=PROFILE` or `apparmor=unconfined`');
		case 'label':
			return parseLabel(value ?? '', option);
		case 'systempaths':
			if (value === 'unconfined') return good({kind: 'systempaths'});
			return bad(`has ${quoted(option)}`, 'write `systempaths=unconfined`');
		case 'writable-cgroups':
			if (value === undefined || value === 'true' || value === 'false')
				return good({kind: 'writable-cgroups', value: value !== 'false'});
			return bad(`has ${quoted(option)}`, 'write `writable-cgroups=true` or `writable-cgroups=false`');
		case undefined:
		default:
			return bad(
				`has ${quoted(option)}, which is no security option`,
				'write `no-new-privileges`, `seccomp=`, `apparmor=`, `label=`, `systempaths=unconfined` or `writable-cgroups=true`',
			);
	}
}

function parseLabel(value: string, option: string): Parsed<SecurityOption> {
	if (value === 'disable') return good({kind: 'label', value: null});
	const [part = '', ...rest] = value.split(':');
	if (!profileName.test(value.replaceAll(',', '.')) || value.startsWith('-') || rest.length === 0)
		return bad(`has ${quoted(option)}`, 'write `label=disable`, `label=type:TYPE` or `label=USER:ROLE:TYPE:LEVEL`');
	if (Object.hasOwn(defaultLabel, part)) {
		const {user, role, type, level}: Record<keyof typeof defaultLabel, string> = {
			...defaultLabel,
			[part]: rest.join(':'),
		};
		return good({kind: 'label', value: `${user}:${role}:${type}:${level}`});
	}
	if (rest.length < 2) return bad(`has ${quoted(option)}`, 'a context is USER:ROLE:TYPE:LEVEL');
	return good({kind: 'label', value});
}

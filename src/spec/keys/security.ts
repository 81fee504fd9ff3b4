import {deviceWord} from '../values/shown-values.ts';
import {each, key, keyOf, names, plain} from './key.ts';

/** How far a container is kept from the host, and what it may do to the kernel. */
export const securityKeys = {
	namespaces: key('namespaces', names, {isPlain: true}),
	userns_mode: key('usernsMode', plain),
	root: key('root', plain, {isPlain: true}),
	cap_add: key('capAdd', names, {isPlain: true}),
	cap_drop: key('capDrop', names, {isPlain: true}),
	privileged: key('privileged', plain),
	security_opt: keyOf(
		['noNewPrivileges', 'security'],
		({noNewPrivileges, security}) => ({
			'no-new-privileges': noNewPrivileges,
			...(security !== undefined && {
				seccomp: security.seccomp.kind === 'file' ? security.seccomp.path : security.seccomp.kind,
				apparmor: security.apparmor,
				label: security.label,
				systempaths: security.systemPathsUnconfined ? 'unconfined' : undefined,
			}),
		}),
		{isPlain: true},
	),
	devices: key('devices', each(deviceWord)),
	landlock: key('landlock', {
		show: rules => Object.fromEntries(rules.map(({path, access}) => [path, names.show(access) as string | undefined])),
	}),
};

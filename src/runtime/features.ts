import type {HostFacts} from '../host/facts.ts';
import {hookKinds} from '../oci/config.ts';
import {seccompActions, seccompOperators} from '../spec/security/seccomp-profile.ts';
import {namespaceKinds} from '../spec/model/project.ts';
import {seccompFlags} from './seccomp-of.ts';
import {recursiveOptions} from '../plan/bundle/bundle-rows.ts';
import {flagOptions} from '../step/calls/mount-calls.ts';

/** Options of mounts that are no text for the filesystem. */
const mountOptions: readonly string[] = [
	...flagOptions,
	...Object.keys(recursiveOptions),
	'idmap',
	'ridmap',
	'tmpcopyup',
].toSorted();

/**
 * What this runtime can do here: features.md of the OCI runtime-spec.
 *
 * @param hasSystemd - systemd has started this machine
 */
export function featuresOf({namespaces, capabilities, cgroup, seccomp, lsm}: HostFacts, hasSystemd: boolean): unknown {
	return {
		ociVersionMin: '1.0.0',
		ociVersionMax: '1.2.0',
		hooks: hookKinds,
		mountOptions,
		linux: {
			namespaces: namespaceKinds.filter(kind => namespaces.includes(kind)),
			capabilities,
			cgroup: {
				v1: cgroup.layout === 'v1' || cgroup.layout === 'hybrid',
				v2: cgroup.layout === 'v2',
				systemd: hasSystemd,
				systemdUser: hasSystemd && cgroup.layout === 'v2',
				rdma: false,
			},
			seccomp: seccomp.kernel
				? {
						enabled: true,
						actions: seccompActions,
						operators: seccompOperators,
						archs: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM', 'SCMP_ARCH_X32', 'SCMP_ARCH_X86', 'SCMP_ARCH_X86_64'],
						knownFlags: Object.keys(seccompFlags),
						supportedFlags: Object.keys(seccompFlags),
					}
				: {enabled: false},
			apparmor: {enabled: lsm.includes('apparmor')},
			selinux: {enabled: lsm.includes('selinux')},
			intelRdt: {enabled: false},
			mountExtensions: {idmap: {enabled: true}},
		},
	};
}

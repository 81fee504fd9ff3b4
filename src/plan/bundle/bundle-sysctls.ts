import {TsboxError} from '../../errors/tsbox-error.ts';
import {isSysctlName, namespaceOfSysctl} from '../../spec/values/sysctl.ts';
import {namespacesOf, type PlanInput} from '../input/input.ts';

/**
 * Refuses sysctls that would change the host: of no namespace, or of one that the container shares with it.
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function checkBundleSysctls(input: PlanInput): void {
	const ofHost = input.extras.bundle?.hostNamespaces ?? [];
	const namespaces = namespacesOf(input).filter(kind => !ofHost.includes(kind));
	for (const name of Object.keys(input.config.linux.sysctl)) {
		const dotted = name.replaceAll('/', '.');
		if (dotted === 'kernel.hostname')
			throw new TsboxError(
				'E_SPEC_INVALID',
				`sysctl "${name}" is not allowed as it conflicts with the OCI "hostname" field`,
				{
					hint: 'set `hostname` of config.json',
				},
			);
		const needs = namespaceOfSysctl(dotted);
		if (needs !== undefined && isSysctlName(dotted) && namespaces.includes(needs)) continue;
		throw new TsboxError('E_SPEC_INVALID', `sysctl "${name}" is not in a separate kernel namespace`, {
			why:
				needs === undefined
					? 'only net.*, fs.mqueue.* and the System V ipc settings have a value of their own in a namespace'
					: `the container shares the host's ${needs} namespace`,
			hint: 'set it on the host, or take it out of `linux.sysctl`',
		});
	}
}

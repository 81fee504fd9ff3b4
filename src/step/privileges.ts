import type {HostFacts} from '../host/facts.ts';
import type {OciProcess} from '../oci/config.ts';

/**
 * What setpriv(1) is told about powers, for the command itself and for what enters later: nothing inheritable and nothing
 * ambient (CVE-2022-24769), the bounding set of the spec as far as this kernel knows it.
 */
export function privilegeArguments(process: OciProcess, facts: HostFacts): readonly string[] {
	const known = new Set(facts.capabilities);
	const kept = process.capabilities.bounding.filter(name => known.has(name));
	const bounding = ['-all', ...kept.map(name => `+${name.slice('CAP_'.length).toLowerCase()}`)].join(',');
	return [
		...(process.noNewPrivileges ? ['--no-new-privs'] : []),
		'--inh-caps=-all',
		'--ambient-caps=-all',
		`--bounding-set=${bounding}`,
	];
}

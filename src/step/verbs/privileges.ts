import type {HostFacts} from '../../host/facts.ts';
import type {OciProcess} from '../../oci/config.ts';

/**
 * The bounding set as this host can give it: capabilities(7) lets nobody add to what the caller has. A plan made by an
 * ordinary user is for root, who has all that the kernel knows.
 */
export function boundingSet(process: OciProcess, facts: HostFacts): readonly string[] {
	const given = new Set(facts.user.uid === 0 ? facts.user.capabilities : facts.capabilities);
	return process.capabilities.bounding.filter(name => given.has(name));
}

/**
 * What setpriv(1) is told about powers, for the command itself and for what enters later: nothing inheritable and nothing
 * ambient (CVE-2022-24769), and a bounding set.
 */
export function privilegeArguments(process: OciProcess, facts: HostFacts): readonly string[] {
	const kept = boundingSet(process, facts);
	const bounding = ['-all', ...kept.map(name => `+${name.slice('CAP_'.length).toLowerCase()}`)].join(',');
	return [
		...(process.noNewPrivileges ? ['--no-new-privs'] : []),
		'--inh-caps=-all',
		'--ambient-caps=-all',
		`--bounding-set=${bounding}`,
	];
}

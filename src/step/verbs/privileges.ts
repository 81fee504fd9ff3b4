import type {HostFacts} from '../../host/facts.ts';
import type {OciProcess} from '../../oci/config.ts';

/**
 * The bounding set that this host can grant: no process can add to the caller's capabilities (capabilities(7)). A plan
 * made by an ordinary user is for root, who has all capabilities that the kernel knows.
 */
export function boundingSet(process: OciProcess, facts: HostFacts): readonly string[] {
	const given = new Set(facts.user.uid === 0 ? facts.user.capabilities : facts.capabilities);
	return process.capabilities.bounding.filter(name => given.has(name));
}

/**
 * The capability arguments of setpriv(1), for the command and for processes that enter later: no inheritable and no
 * ambient capabilities (CVE-2022-24769), and a bounding set.
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

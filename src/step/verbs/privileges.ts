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

/** Capabilities as setpriv(1) adds them. */
function added(names: readonly string[]): readonly string[] {
	return names.map(name => `+${name.slice('CAP_'.length).toLowerCase()}`);
}

/**
 * The capability arguments of setpriv(1), for the command and for processes that enter later: a bounding set. Services have no inheritable
 * and no ambient capabilities (CVE-2022-24769); an engine may ask for some.
 */
export function privilegeArguments(process: OciProcess, facts: HostFacts): readonly string[] {
	const kept = boundingSet(process, facts);
	const bounding = ['-all', ...added(kept)].join(',');
	return [
		...(process.noNewPrivileges ? ['--no-new-privs'] : []),
		`--inh-caps=${['-all', ...added(process.capabilities.inheritable)].join(',')}`,
		`--ambient-caps=${['-all', ...added(process.capabilities.ambient)].join(',')}`,
		`--bounding-set=${bounding}`,
	];
}

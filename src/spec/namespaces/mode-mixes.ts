import {joinedOf, modeWord, namespaceChoices} from '../model/namespace-mode.ts';
import type {Service} from '../model/project.ts';

/** Two values that exclude each other, and a key of the service to point at. */
interface Mix {
	readonly key: string;
	readonly message: string;
	readonly hint: string;
}

/** Finds what `network_mode`, `pid`, `ipc` and `uts` say that other keys of the service contradict. */
export function namespaceModeMixes(service: Service): readonly Mix[] {
	const {namespaces, origins} = service;
	const isWritten = (key: string): boolean => origins[key] !== undefined && origins[key].kind !== 'default';
	return [
		...namespaceChoices(service).flatMap(({key, kind, from}): readonly Mix[] => {
			const isNew = namespaces.includes(kind);
			const word = `\`${key}: ${from === 'own' ? (service[key === 'network_mode' ? 'networkMode' : key] as string) : modeWord(from)}\``;
			if (from === 'own')
				// `network_mode` has a message of its own.
				return isNew || kind === 'network'
					? []
					: [{key, message: `${word} needs its own ${kind} namespace`, hint: `add \`${kind}\` to \`namespaces\``}];
			if (!isNew) return [];
			const hint = `take \`${kind}\` out of \`namespaces\`, or take \`${key}\` out`;
			const a = /^[aeiou]/.test(kind) && kind !== 'uts' ? 'an' : 'a';
			return [{key, message: `${word} and ${a} ${kind} namespace exclude each other`, hint}];
		}),
		...joinedOf(service).flatMap(({key, kind, from}) => {
			const owner = 'service' in from ? from.service : from.container;
			return ofTheOwner(service, kind)
				.filter(isWritten)
				.map(other => ({
					key: other,
					message: `\`${other}\` and \`${key}: ${modeWord(from)}\` exclude each other`,
					hint: `write \`${other}\` in ${owner}, whose ${kind === 'network' ? 'network' : `${kind} namespace`} it is`,
				}));
		}),
	];
}

/** The keys whose values a container has from the owner of a namespace: docker-run(1) refuses the same. */
function ofTheOwner({ports, reproducible}: Service, kind: string): readonly string[] {
	// A reproducible run is refused already.
	if (kind !== 'network' || reproducible === true) return [];
	const keys = ['hostname', 'domainname', 'extra_hosts', 'dns', 'dns_search', 'dns_opt', 'expose', 'egress'];
	return [...keys, ...(ports.length > 0 ? ['ports'] : [])];
}

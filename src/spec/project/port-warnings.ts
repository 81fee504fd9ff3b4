import {quoted} from '../model/parsed.ts';
import {portWords} from '../values/port-words.ts';
import type {Port, Service} from '../model/project.ts';

/**
 * Warns about `ports` that are not reachable from outside, for a container that is on no network of tsbox. With the network of the host a
 * command listens on the host itself, so a port with the same number and no address needs no warning.
 */
export function portWarnings({
	ports,
	namespaces,
	networks,
}: Pick<Service, 'ports' | 'namespaces' | 'networks'>): readonly string[] {
	if (networks !== undefined || ports.length === 0) return [];
	if (namespaces.includes('network')) {
		const others = namespaces.filter(kind => kind !== 'network').join(', ');
		return [
			`\`ports\` are not published: ${listOf(ports)} cannot be reached from outside, as the container has a network of its own; write \`namespaces: [${others}]\` for the network of the host`,
		];
	}
	const moved = ports.filter(({target, published = target, hostIp}) => published !== target || hostIp !== undefined);
	if (moved.length === 0) return [];
	return [
		`\`ports\` are not mapped with the network of the host: the command itself decides at which address and port it listens, whatever ${listOf(moved)} says; have it listen there`,
	];
}

function listOf(ports: readonly Port[]): string {
	const shown = ports.slice(0, most).map(port => quoted(portWords(port)));
	return [...shown, ...(ports.length > most ? [`${ports.length - most} more`] : [])].join(', ');
}

/** How many ports a warning lists, because a range can have thousands. */
const most = 5;

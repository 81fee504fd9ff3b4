import {urlHost} from '../../network/address.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {folderLines, type HostPort, ownedStatus} from '../../step/verbs/host-script.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {NetworkInput, NetworksInput, PublishedPort} from '../input/network-input.ts';
import {conf6, forward6Lines} from './ipv6-lines.ts';
import {baseRules, networkElements, portElements, portKeys, tableOf} from './nft-text.ts';
import {claim, deleteLines, loadLines, placeOf} from './script-lines.ts';

/** Loads the rules, and publishes ports. */
export function rulesStep(input: NetworksInput): StepBefore {
	const {joins, ports, folder, lock, container, state, own} = input;
	const table = tableOf(state);
	const before = `${folder}/.forward`;
	const published = portElements(ports);
	const add = (elements: readonly string[]): readonly string[] =>
		elements.map(element => `add element ${table} ${element}`);
	const claims = ports.map(port => portClaim(port, folder));
	const hasIpv6 = joins.some(
		({record, addresses}) => record.bridge !== undefined && addresses.some(({family}) => family === 6),
	);
	return {
		id: 'network.rules',
		phase: 'network',
		side: 'before',
		title:
			ports.length === 0
				? 'load the rules of the networks'
				: `load the rules of the networks, and publish ${portWords(ports)}`,
		why: 'The rules keep networks apart from each other, hide the addresses of containers behind that of the host, and lead published ports into containers. They are one table, and no other is touched.',
		man: 'nft(8)',
		object: `table ${table}`,
		action: {
			kind: 'hostScript',
			lock,
			...placeOf(input),
			ports: hostPorts(ports),
			lines: [
				...(ports.length === 0 ? [] : folderLines(`${folder}/.ports`)),
				'set -C',
				...claims.map(path => {
					const who = `echo ${shellWord(`the port ${path.slice(path.lastIndexOf('/') + 1)} of this host is published by`)} "$(cat ${shellWord(path)})" >&2`;
					return claim(container, path, `{ ${who}; exit ${ownedStatus}; }`);
				}),
				'set +C',
				// The shell's own `read` gets one byte of a file in /proc/sys.
				'forward=$(cat /proc/sys/net/ipv4/ip_forward)',
				`[ -e ${shellWord(before)} ] || echo "$forward" > ${shellWord(before)}`,
				'[ "$forward" = 1 ] || echo 1 > /proc/sys/net/ipv4/ip_forward',
				...(hasIpv6 ? forward6Lines(folder) : []),
				...loadLines(`${folder}/.rules`, baseRules(table), add([...elementsOf(joins), ...published])),
			],
		},
		undo:
			ports.length === 0
				? {kind: 'none', reason: 'they go with the last container of the network'}
				: {
						kind: 'undoScript',
						lock,
						...placeOf(input),
						lines: [
							'gone=',
							...portKeys(ports).map((key, at) => {
								const path = shellWord(claims[at] ?? '');
								const mine = `read -r whose < ${path} && [ "$whose" = ${shellWord(container)} ]`;
								return `if [ -e ${path} ] && ${mine}; then rm ${path}; gone="$gone"${shellWord(`delete element ${table} ${key}\n`)}; fi`;
							}),
							...deleteLines,
						],
					},
		checks:
			own === null
				? [
						{kind: 'value', path: '/proc/sys/net/ipv4/ip_forward', equals: '1'},
						...(hasIpv6 ? [{kind: 'value', path: `${conf6}/all/forwarding`, equals: '1'} as const] : []),
					]
				: [],
		leaves: {rules: [...baseRules(table), ...add(published)]},
	};
}

/** What the rules know of networks with a bridge. */
export function elementsOf(joins: readonly NetworkInput[]): readonly string[] {
	return joins.flatMap(({record: {bridge, internal}, addresses}) =>
		bridge === undefined ? [] : networkElements({bridge, internal, subnets: addresses.map(({subnet}) => subnet)}),
	);
}

/** A port at all addresses of both families is one. */
function hostPorts(ports: readonly PublishedPort[]): readonly HostPort[] {
	return ports
		.filter(
			(port, at) =>
				port.hostIp !== undefined ||
				!ports
					.slice(0, at)
					.some(
						({hostIp, published, protocol}) =>
							hostIp === undefined && published === port.published && protocol === port.protocol,
					),
		)
		.map(({protocol, published, hostIp}) => ({
			protocol,
			port: published,
			...(hostIp === undefined ? {} : {address: hostIp}),
		}));
}

/** The file by which a container has a port of the host. */
function portClaim({hostIp = '', protocol, published, address}: PublishedPort, folder: string): string {
	const at = hostIp === '' && address.includes(':') ? '::' : hostIp;
	return `${folder}/.ports/${protocol}-${at === '' ? '' : `${at}-`}${published}`;
}

function portWords(ports: readonly PublishedPort[]): string {
	const words = hostPorts(ports).map(
		({address, port, protocol}) => `${address === undefined ? '' : `${urlHost(address)}:`}${port}/${protocol}`,
	);
	return words.length > 3 ? `${words.length} ports` : words.join(', ');
}

import {shellWord} from '../../spec/syntax/shell-words.ts';
import type {NetworkRecord} from '../../state/network.ts';
import {folderLines} from '../../step/verbs/host-script.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {NetworkInput, NetworksInput} from '../input/network-input.ts';
import {bridgeTableOf} from './egress-rules.ts';
import {networkElements, subnetElement, tableOf} from './nft-text.ts';
import {hasVlan, vlanEndLines} from './parent-device.ts';
import {addressWords, claim, deleteLines, deviceFolder, ifLeased, placeOf} from './script-lines.ts';
import {forward6EndLines} from './ipv6-lines.ts';

/** Takes the addresses of a container on a network. */
export function claimStep(join: NetworkInput, input: NetworksInput): StepBefore {
	const {folder, lock, state, own} = input;
	const {record, recordText, addresses} = join;
	const net = `${folder}/${record.name}`;
	return {
		id: `network.${record.name}.claim`,
		phase: 'network',
		side: 'before',
		title: `take the address ${addressWords(join)} of the network ${record.name}`,
		why: 'An address belongs to one container. A file of its name is made only if it is not there, so that of two starts one gets it.',
		man: 'open(2)',
		object: `file ${addresses.map(({lease}) => lease).join(', ')}`,
		action: {
			kind: 'hostScript',
			lock,
			lines: [
				...[`${net}/leases`, `${folder}/.subnets`].flatMap(path => folderLines(path)),
				'set -C',
				...addresses.map(({subnet}) => claim(record.name, subnetClaim(folder, subnet))),
				claim(recordText, `${net}/network.json`),
				...addresses.map(({lease, leaseText}) => claim(leaseText, lease)),
				'set +C',
			],
		},
		undo: {
			kind: 'undoScript',
			lock,
			...placeOf(input),
			lines: leaveLines(join, folder, tableOf(state), own !== null),
		},
		checks: addresses.map(({lease, leaseText}) => ({kind: 'value', path: lease, equals: leaseText})),
	};
}

/** Gives the address back; with the last one of a network goes the network, and with the last network the table. */
function leaveLines(join: NetworkInput, folder: string, table: string, isOwn: boolean): readonly string[] {
	const {record, addresses} = join;
	const net = `${folder}/${record.name}`;
	return [
		...addresses.flatMap(each => ifLeased(each, [`rm ${shellWord(each.lease)}`])),
		`if [ -d ${shellWord(net)} ] && [ -z "$(ls ${shellWord(`${net}/leases`)} 2>/dev/null)" ]; then`,
		...bridgeEndLines(record, folder, table).map(line => `	${line}`),
		`	rm -rf ${shellWord(net)}`,
		'fi',
		...(hasVlan(record) ? vlanEndLines(folder) : []),
		...lastEndLines(folder, table, isOwn),
	];
}

/** Removes the bridge of a network, if it has one, its elements in the rules, and its claims of subnets. */
export function bridgeEndLines(
	{name, bridge, subnets, internal}: NetworkRecord,
	folder: string,
	table: string,
): readonly string[] {
	// A start that came too late for a subnet finds it in the hands of another network.
	const ifOwn = (subnet: string, then: string): string => {
		const path = shellWord(subnetClaim(folder, subnet));
		return `if [ -e ${path} ] && [ "$(cat ${path})" = ${shellWord(name)} ]; then ${then}; fi`;
	};
	const claims = subnets.map(({subnet}) => ifOwn(subnet, `rm ${shellWord(subnetClaim(folder, subnet))}`));
	if (bridge === undefined) return claims;
	const remove = (element: string): string => `delete element ${table} ${element}\n`;
	const elements = networkElements({bridge, subnets: [], internal});
	return [
		`if [ -e ${deviceFolder(bridge)} ]; then ip link delete ${bridge}; fi`,
		`gone=${shellWord(elements.map(remove).join(''))}`,
		...subnets.map(({subnet}) => ifOwn(subnet, `gone="$gone"${shellWord(remove(subnetElement(subnet)))}`)),
		...deleteLines,
		...claims,
	];
}

/** The file that says whose subnet it is. */
function subnetClaim(folder: string, subnet: string): string {
	return `${folder}/.subnets/${subnet.replace('/', '-')}`;
}

/**
 * Removes the table when no network is left, and puts forwarding back as it was, unless there are other bridges: whoever has them may have
 * found it switched on. For an ordinary user it ends the namespace with all that is in it: `$holder` is the process, if there is one.
 */
export function lastEndLines(folder: string, table: string, isOwn: boolean): readonly string[] {
	const before = `${folder}/.forward`;
	const files = [
		'.forward',
		'.rules',
		'.subnets',
		'.ports',
		'.vlans',
		...(isOwn ? ['.forward6', '.namespace', '.relays'] : []),
	];
	const gone = `	rm -rf ${files.map(name => shellWord(`${folder}/${name}`)).join(' ')}`;
	const last = `if [ -z "$(ls ${shellWord(folder)} 2>/dev/null)" ]; then`;
	if (isOwn) return [last, '	[ -z "$holder" ] || kill -9 "$holder"', gone, 'fi'];
	return [
		...forward6EndLines(folder),
		last,
		`	for each in ${shellWord(table)} ${shellWord(bridgeTableOf(table))}; do nft delete table $each 2>/dev/null || :; done`,
		`	if [ -e ${shellWord(before)} ] && ! nft list tables | grep -q '^table inet tsbox' && [ -z "$(ip -o link show type bridge)" ]; then cat ${shellWord(before)} > /proc/sys/net/ipv4/ip_forward; fi`,
		gone,
		'fi',
	];
}

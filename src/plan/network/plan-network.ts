import {isRange, mappedRoot, type UserMap} from '../../host/id-map.ts';
import {urlHost} from '../../network/address.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import type {NetworkRecord} from '../../state/network.ts';
import {egressFile, hostsFile, networksFile, ownHosts} from '../../state/network-names.ts';
import {folderLines, type HostPort, ownedStatus, takenStatus} from '../../step/verbs/host-script.ts';
import type {WrittenFile} from '../../step/verbs/name-files.ts';
import type {StepBefore, StepBeside} from '../../step/verbs/step.ts';
import type {NetworkInput, NetworksInput, PublishedPort} from '../input/network-input.ts';
import {bridgeTableOf} from './egress-rules.ts';
import {conf6, forward6EndLines, forward6Lines, ipv6Lines} from './ipv6-lines.ts';
import {namespaceSteps} from './plan-namespace.ts';
import {relayStep} from './plan-relay.ts';
import {childCommand, hasVlan, isLayer3, vlanEndLines, vlanStep} from './parent-device.ts';
import {baseRules, networkElements, portElements, portKeys, subnetElement, tableOf} from './nft-text.ts';
import {egressStep, resolverStep} from './plan-egress.ts';
import {resolverConf} from './resolver-conf.ts';
import {deleteLines, feed, ifLeased, loadLines} from './script-lines.ts';

/** The steps that connect a container to its networks. */
export interface NetworkPlan {
	/** Before the first process exists. */
	readonly before: readonly StepBefore[];
	/** While it waits in its network namespace. */
	readonly beside: readonly StepBeside[];
}

const none: NetworkPlan = {before: [], beside: []};

/** Plans the networks of a container; nothing for one without. `map` is that of its user namespace: its root has the files of names. */
export function planNetwork(input: NetworksInput | null, map: UserMap | null): NetworkPlan {
	if (input === null) return none;
	const {joins, egress, own, ports} = input;
	const owner = isRange(map) ? {owner: mappedRoot(map)} : {};
	if (joins.length === 0) return {before: [namesAloneStep(input, owner)], beside: []};
	// The namespace goes with the last address, so it is made after the first.
	const made =
		own === null
			? joins.flatMap(join => [claimStep(join, input), ...deviceSteps(join, input)])
			: [
					...joins.map(join => claimStep(join, input)),
					...namespaceSteps(own, input),
					...joins.flatMap(join => deviceSteps(join, input)),
				];
	return {
		before: [
			filesStep(input, owner),
			...made,
			...(joins.some(({record}) => record.bridge !== undefined) ? [rulesStep(input)] : []),
			...(egress === undefined ? [] : joins.map(join => egressStep(egress, join, input))),
			...(egress?.resolver === undefined ? [] : [resolverStep(egress, egress.resolver, input)]),
			...(own === null || ports.length === 0 ? [] : [relayStep(own, input)]),
			namesStep(input),
		],
		beside: joins.map(join => linkStep(join, input)),
	};
}

/** Plans that a container which runs comes to one more network. It has the files for its names already, and its name server. */
export function planConnection(input: NetworksInput): NetworkPlan {
	const {before, beside} = planNetwork(input, null);
	return {before: before.filter(({id, action}) => action.kind !== 'writeFiles' && id !== 'network.resolver'), beside};
}

const text = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('');
/** Makes a file, and ends the script if it is there with another text. Only between `set -C` and `set +C`: then `>` makes files, and fails for others. */
const claim = (text: string, path: string, otherwise = `exit ${takenStatus}`): string =>
	`{ ${put(text, path)}; } 2>/dev/null || [ "$(cat ${shellWord(path)})" = ${shellWord(text)} ] || ${otherwise}`;
const put = (text: string, path: string): string => `printf '%s\\n' ${shellWord(text)} > ${shellWord(path)}`;

/** Step 1, so that its undo comes last: the names of this container vanish from the others when its leases are gone. */
function filesStep(
	{conf, hosts, resolv, joins, egress, lock, state}: NetworksInput,
	owner: Pick<WrittenFile, 'owner'>,
): StepBefore {
	return {
		id: 'network.files',
		phase: 'network',
		side: 'before',
		title: 'write /etc/hosts and /etc/resolv.conf of the container',
		why: 'Programs look names up in /etc/hosts first. It gets the addresses of all containers of the same networks, and is kept up to date while they come and go. Other names go to the resolvers of the host.',
		man: 'hosts(5)',
		object: `files ${conf}/hosts, resolv.conf`,
		action: {
			kind: 'writeFiles',
			files: [
				{path: `${conf}/${ownHosts}`, text: text(hosts), mode: 0o600},
				{path: `${conf}/${networksFile}`, text: text(joins.map(({record}) => record.name)), mode: 0o600},
				{path: `${conf}/${hostsFile}`, text: text(hosts), mode: 0o644, ...owner},
				{path: `${conf}/resolv.conf`, text: text(resolv), mode: 0o644, ...owner},
				...(egress?.resolver === undefined
					? []
					: [{path: `${conf}/${egressFile}`, text: text(resolverConf(tableOf(state), egress)), mode: 0o600}]),
			],
		},
		undo: {kind: 'refreshNames', state, lock},
		checks: [],
	};
}

/** For a container on no network: what its spec says of names. */
function namesAloneStep({conf, hosts, resolv}: NetworksInput, owner: Pick<WrittenFile, 'owner'>): StepBefore {
	const files = [
		{name: hostsFile, lines: hosts},
		{name: 'resolv.conf', lines: resolv},
	].filter(({lines}) => lines.length > 0);
	const names = files.map(({name}) => `/etc/${name}`).join(' and ');
	return {
		id: 'network.files',
		phase: 'network',
		side: 'before',
		title: `write ${names} of the container`,
		why: 'Programs look names up in /etc/hosts first, and then ask the name servers of /etc/resolv.conf. The spec says more of them than the image does.',
		man: 'hosts(5)',
		object: `files ${files.map(({name}) => `${conf}/${name}`).join(', ')}`,
		action: {
			kind: 'writeFiles',
			files: files.map(({name, lines}) => ({path: `${conf}/${name}`, text: text(lines), mode: 0o644, ...owner})),
		},
		undo: {kind: 'none', reason: 'they go with the folder of the container'},
		checks: [],
	};
}

/** Where the lines of a script run: on the host, or in the namespace of an ordinary user. */
function placeOf({own}: NetworksInput): {readonly namespace?: string} {
	return own === null ? {} : {namespace: own.file};
}

/** A folder that is there while a device is, in the network namespace of whoever looks. /sys shows the devices of the one that mounted it. */
function deviceFolder(name: string): string {
	return `/proc/sys/net/ipv4/conf/${name}`;
}

function claimStep(join: NetworkInput, input: NetworksInput): StepBefore {
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

function addressWords({addresses}: NetworkInput): string {
	return addresses.map(({address}) => address).join(' and ');
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

/** The step that makes the device of the host that a network needs; none for one that is there anyway. */
function deviceSteps(join: NetworkInput, input: NetworksInput): readonly StepBefore[] {
	const {bridge} = join.record;
	return bridge === undefined ? [vlanStep(join, input) ?? []].flat() : [bridgeStep(bridge, join, input)];
}

function bridgeStep(bridge: string, join: NetworkInput, input: NetworksInput): StepBefore {
	const {record, addresses} = join;
	const {lock, own} = input;
	const {mtu} = record;
	const hasIpv6 = addresses.some(({family}) => family === 6);
	const gateways = addresses.map(({gateway, prefix, family}) => ({gateway, words: addWords(gateway, prefix, family)}));
	const add = `link add name ${bridge} ${mtu === undefined ? '' : `mtu ${mtu} `}type bridge`;
	const settings = ipv6Lines(bridge, hasIpv6).map(line => `	${line}`);
	const device = deviceFolder(bridge);
	return {
		id: `network.${record.name}.bridge`,
		phase: 'network',
		side: 'before',
		title: `make the bridge ${bridge} of the network ${record.name}, if it is not there`,
		why: `A bridge is a switch: the containers of the network hang on it by cables, and the host has the address ${gateways.map(({gateway}) => gateway).join(' and ')} on it, by which they reach what is outside.`,
		man: 'ip-link(8)',
		object: `network device ${bridge}, subnet ${addresses.map(({subnet}) => subnet).join(', ')}`,
		action: {
			kind: 'hostScript',
			lock,
			...placeOf(input),
			// Nobody removes it while the container has its address.
			...(own === null ? {unless: device} : {}),
			lines: [
				`if [ ! -e ${device} ]; then`,
				// A device without IPv6 takes no address of it; else one program does all.
				...(hasIpv6 ? [`	ip ${add}`, ...settings] : []),
				...feed('ip -batch -', [
					...(hasIpv6 ? [] : [add]),
					...gateways.map(({words}) => `address add ${words} dev ${bridge}`),
					`link set dev ${bridge} up`,
				]),
				// Connections to 127.0.0.1 of the host are sent on to containers; nothing but this device lets that out.
				`	echo 1 > /proc/sys/net/ipv4/conf/${bridge}/route_localnet`,
				...(hasIpv6 ? [] : settings),
				'fi',
			],
		},
		undo: {kind: 'none', reason: 'it goes with the last container of the network'},
		checks: [own === null ? {kind: 'folder', path: device} : {kind: 'deviceInside', file: own.file, name: bridge}],
		leaves: {
			device: {name: bridge, addresses: addresses.map(({gateway, prefix}) => `${gateway}/${prefix}`)},
			// Here and not in the step of the rules: `network connect` adds this step to a plan that has the other.
			rules: elementsOf([join]).map(element => `add element ${tableOf(input.state)} ${element}`),
		},
	};
}

/** Without `nodad` the kernel asks for a second whether somebody else has an address of IPv6: but nobody can, and programs would wait. */
function addWords(address: string, prefix: number, family: 4 | 6): string {
	return `${address}/${prefix}${family === 6 ? ' nodad' : ''}`;
}

function rulesStep(input: NetworksInput): StepBefore {
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
function elementsOf(joins: readonly NetworkInput[]): readonly string[] {
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

function namesStep({state, lock}: NetworksInput): StepBefore {
	return {
		id: 'network.names',
		phase: 'network',
		side: 'before',
		title: 'tell the names of this container to the others of its networks',
		why: 'Each container of a network finds the others by the names of their services, by their own names, and by their aliases.',
		man: 'hosts(5)',
		object: 'hosts files',
		action: {kind: 'refreshNames', state, lock},
		undo: {kind: 'none', reason: 'they are told again when it leaves'},
		checks: [],
	};
}

function linkStep(join: NetworkInput, input: NetworksInput): StepBeside {
	const {record, hostEnd, inside, mac, addresses, linkLocalIps, sysctls} = join;
	const device = deviceFolder(hostEnd);
	const {parent} = record;
	const hasIpv6 = [...addresses.map(({address}) => address), ...linkLocalIps].some(each => each.includes(':'));
	const named = parent === undefined ? inside : hostEnd;
	const settings = [
		...ipv6Lines(named, hasIpv6),
		...Object.entries(sysctls).map(([name, value]) =>
			put(value, `/proc/sys/${name.replaceAll('.', '/').replace('IFNAME', named)}`),
		),
	];
	return {
		id: `network.${record.name}.link`,
		phase: 'network',
		side: 'beside',
		title: `connect it to ${record.name} as ${inside}, with the address ${addressWords(join)}`,
		...(parent === undefined
			? {
					why: 'A veth pair is a cable: one end is moved into the network namespace of the container, the other hangs on the bridge.',
					man: 'veth(4)',
					object: `network devices ${hostEnd} and ${inside}`,
				}
			: {
					why: `The container gets a device of its own that sends and receives by ${parent.device}, as if it were another machine beside the host.`,
					man: 'ip-link(8)',
					object: `network device ${inside}`,
				}),
		action: {
			kind: 'hostScript',
			...placeOf(input),
			lines: [
				'ip -batch - <<-E',
				...(parent === undefined
					? [
							`link add name ${hostEnd} ${record.mtu === undefined ? '' : `mtu ${record.mtu} `}type veth peer name ${inside} address ${mac} netns $pid`,
							`link set dev ${hostEnd} master ${record.bridge}`,
							// A container that asks for a port of the host which leads to itself gets its packet back on the same cable.
							`link set dev ${hostEnd} type bridge_slave hairpin on`,
							`link set dev ${hostEnd} up`,
						]
					: [childCommand(join, parent)]),
				'E',
				...feed(`nsenter --target "$pid" --net sh -ec ${shellWord([...settings, 'exec ip -batch -'].join('; '))}`, [
					...(named === inside ? [] : [`link set dev ${named} name ${inside}`]),
					...(record.mtu === undefined || parent !== undefined ? [] : [`link set dev ${inside} mtu ${record.mtu}`]),
					...addresses.map(
						({address, prefix, family}) => `address add ${addWords(address, prefix, family)} dev ${inside}`,
					),
					...linkLocalIps.map(each =>
						each.includes(':')
							? `address add ${addWords(each, 64, 6)} dev ${inside}`
							: `address add ${each}/16 dev ${inside} scope link`,
					),
					`link set dev ${inside} up`,
					...addresses.flatMap(({gateway, family, isDefault}) => {
						if (!isDefault) return [];
						return isLayer3(record)
							? [`route add ${family === 6 ? '::/0' : 'default'} dev ${inside}`]
							: [`route add default via ${gateway}`];
					}),
				]),
			],
		},
		undo:
			parent === undefined
				? {
						kind: 'undoScript',
						...placeOf(input),
						// The kernel may end it meanwhile: it goes with the container.
						lines: [`[ ! -e ${device} ] || ip link delete ${hostEnd} || [ ! -e ${device} ]`],
					}
				: {kind: 'none', reason: 'it ends with the network namespace of the container'},
		checks: [{kind: 'interface', name: inside}, ...addresses.map(({address}) => ({kind: 'address', address}) as const)],
		...(record.bridge === undefined ? {} : {leaves: {device: {name: hostEnd, master: record.bridge, addresses: []}}}),
	};
}

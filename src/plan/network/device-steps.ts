import {shellWord} from '../../spec/syntax/shell-words.ts';
import type {StepBefore, StepBeside} from '../../step/verbs/step.ts';
import type {NetworkInput, NetworksInput} from '../input/network-input.ts';
import {ipv6Lines} from './ipv6-lines.ts';
import {tableOf} from './nft-text.ts';
import {childCommand, isLayer3, vlanStep} from './parent-device.ts';
import {elementsOf} from './rules-step.ts';
import {addressWords, deviceFolder, feed, placeOf, put} from './script-lines.ts';

/** The step that makes the device of the host that a network needs; none for one that is there anyway. */
export function deviceSteps(join: NetworkInput, input: NetworksInput): readonly StepBefore[] {
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

/** Connects the container, while it waits in its network namespace. */
export function linkStep(join: NetworkInput, input: NetworksInput): StepBeside {
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

/** Without `nodad` the kernel asks for a second whether somebody else has an address of IPv6: but nobody can, and programs would wait. */
function addWords(address: string, prefix: number, family: 4 | 6): string {
	return `${address}/${prefix}${family === 6 ? ' nodad' : ''}`;
}

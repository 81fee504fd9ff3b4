import {TsboxError} from '../../errors/tsbox-error.ts';
import {kernelText} from '../../host/files/kernel-text.ts';
import type {Host} from '../../host/host.ts';
import type {NetworkJoin} from '../../spec/model/network.ts';
import type {Service} from '../../spec/model/project.ts';
import {portWords} from '../../spec/values/port-words.ts';
import {vlanOf} from '../../spec/network/driver-options.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import {type NetworkRecord, readDefinition, readLeases, readNetwork} from '../../state/network.ts';
import type {Machine} from '../machine/machine.ts';

/* What a network of macvlan or ipvlan needs of this host. */

/** The options of the kernel's configuration that give it kinds of devices; ip-link(8). */
const options = {macvlan: 'CONFIG_MACVLAN', ipvlan: 'CONFIG_IPVLAN', vlan: 'CONFIG_VLAN_8021Q'} as const;

/**
 * Asks the kernel whether it has the kinds of devices that networks need. It knows a kind, or loads its module, before it sees that no device
 * is named on which to make one, so that nothing is made.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED.
 */
export async function refuseMissingKinds(
	{host, facts, dirs}: Machine,
	networks: readonly NetworkJoin[] | undefined = [],
): Promise<void> {
	const kinds = new Map<keyof typeof options, string>();
	for (const {network} of networks) {
		const {driver, parent} =
			readNetwork(host, dirs.state, network.name) ?? readDefinition(host, dirs.store, network.name) ?? network;
		if (driver === 'bridge' || parent === undefined) continue;
		kinds.set(driver, network.name);
		if (vlanOf(parent.device) !== undefined && !isThere(host, parent.device)) kinds.set('vlan', network.name);
	}
	const ip = hostToolWords(facts, 'ip');
	// Others are refused for that.
	if (facts.user.uid !== 0 || ip === undefined) return;
	for (const [kind, name] of kinds) {
		const {stderr} = await host.run([...ip, 'link', 'add', 'name', 'tsb-asks', 'type', kind], {timeoutMs: 10_000});
		if (/Unknown device type|not supported/i.test(stderr))
			throw new TsboxError(
				'E_HOST_UNSUPPORTED',
				`the kernel of this host has no ${kind}, which the network ${name} needs`,
				{
					why: `it was made without ${options[kind]}, or its module is not installed`,
					hint:
						kind === 'vlan'
							? 'choose a `parent` without a VLAN, or a kernel with that option'
							: `choose another \`driver\`, as \`bridge\`, or a kernel with that option`,
				},
			);
	}
}

function isThere(host: Host, device: string): boolean {
	return host.lstat(`/sys/class/net/${device}`) !== undefined;
}

/**
 * Refuses a network whose device this host does not have, or that cannot be shared.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_PERMISSION, E_NETWORK_IN_USE.
 */
export function refuseParent(
	{host, dirs, facts}: Machine,
	{name, egress}: Pick<Service, 'name' | 'egress'>,
	{name: network, driver, parent}: NetworkRecord,
): void {
	if (parent === undefined) return;
	if (facts.user.uid !== 0)
		throw new TsboxError('E_PERMISSION', `only root can put a container on the network ${network}`, {
			why: `a device of ${driver} is made on one of the host, ${parent.device}`,
			hint: 'run it with sudo, or choose `driver: bridge`',
		});
	const {device, mode} = parent;
	const below = isThere(host, device) ? device : (vlanOf(device)?.below ?? device);
	const unable = (message: string, why: string, hint: string): TsboxError =>
		new TsboxError('E_HOST_UNSUPPORTED', message, {why, hint});
	if (!isThere(host, below))
		throw unable(
			`this host has no network device ${below}`,
			`the network ${network} is on it`,
			'name another as `parent`; `ip link` lists them',
		);
	// IFF_UP of linux/if.h. The kernel lets no device go up whose parent is down.
	if ((Number(kernelText(host, `/sys/class/net/${below}/flags`) ?? 0) & 1) === 0)
		throw unable(
			`the network device ${below} is down`,
			`the network ${network} is on it`,
			`switch it on: \`ip link set ${below} up\``,
		);
	if (egress !== undefined)
		throw unable(
			`\`egress\` is not held on ${network}`,
			`what containers send on a network of ${driver} does not pass the rules of the host`,
			'put the container on a network of the driver `bridge`',
		);
	const other = readLeases(host, dirs.state, network).find(({container}) => container !== name);
	if (mode === 'passthru' && other !== undefined)
		throw new TsboxError('E_NETWORK_IN_USE', `the network ${network} has room for one container`, {
			why: `${other.container} is on it, and \`macvlan_mode: passthru\` gives it the whole device`,
			hint: 'choose `macvlan_mode: bridge`',
		});
}

/** The hardware address that all devices of ipvlan have, that of their parent; undefined where each has its own. */
export function parentMac(
	host: Host,
	{macAddress}: NetworkJoin,
	{name, driver, parent}: NetworkRecord,
): string | undefined {
	if (driver !== 'ipvlan' || parent === undefined) return undefined;
	if (macAddress !== undefined)
		throw new TsboxError('E_SPEC_INVALID', `a container on ${name} cannot have the MAC address ${macAddress}`, {
			why: 'all devices of ipvlan have that of their parent',
			hint: 'take `mac_address` out, or choose `driver: macvlan`',
		});
	const {below} = vlanOf(parent.device) ?? {below: parent.device};
	return kernelText(host, `/sys/class/net/${isThere(host, parent.device) ? parent.device : below}/address`)?.trim();
}

/** Refuses what needs the host on a network of the container, when it is on none: macvlan and ipvlan keep their parent's host out. */
export function refuseHostWays({ports, extraHosts = []}: Pick<Service, 'ports' | 'extraHosts'>): void {
	const [port] = ports;
	const why = 'macvlan and ipvlan put it beside the host, which does not pass on what is for it';
	if (port !== undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', `the port ${portWords(port)} cannot be published`, {
			why,
			hint: 'take `ports` out: others reach the container at its own address; or add a network of the driver `bridge`, as `default`',
		});
	const up = extraHosts.find(({address}) => address === 'host-gateway');
	if (up !== undefined)
		throw new TsboxError(
			'E_HOST_UNSUPPORTED',
			`\`extra_hosts\` asks for host-gateway as ${up.name}, and the container cannot reach the host`,
			{
				why,
				hint: 'add a network of the driver `bridge`, as `default`',
			},
		);
}

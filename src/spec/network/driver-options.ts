import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {NetworkDriver, NetworkParent} from '../model/network.ts';
import {present} from '../syntax/pick.ts';
import {numberIn} from '../syntax/scalar.ts';
import {parseInterfaceName} from './network-values.ts';

/* Options of the drivers of networks, by the names that Docker gives them. */

/** What options say of a network. */
export interface DriverSettings {
	/** The name of the bridge. */
	readonly bridge?: string;
	/** Bytes. */
	readonly mtu?: number;
	readonly parent?: NetworkParent;
}

/** The name of a bridge, and the longest packet of its network. */
export const bridgeOption = 'com.docker.network.bridge.name';
export const mtuOption = 'com.docker.network.driver.mtu';

/** The least that IPv4 must carry (RFC 791), and the most that the kernel gives a device. */
const mtu = numberIn({min: 68, max: 65_535});

function oneOf(...words: readonly string[]): (word: string) => Parsed<string> {
	return word =>
		words.includes(word)
			? good(word)
			: bad(
					`must be ${words.slice(0, -1).map(quoted).join(', ')} or ${quoted(words.at(-1) ?? '')}, not ${quoted(word)}`,
				);
}

/** Parses the device that a network is on: a VLAN has the number that stands behind the dot. */
function parseDevice(text: string): Parsed<string> {
	const id = vlanOf(text)?.id;
	if (id !== undefined && (id < 1 || id > 4094))
		return bad(`names the VLAN ${id}`, 'the numbers of VLANs are 1 to 4094 (IEEE 802.1Q)');
	return parseInterfaceName(text);
}

const parsers = {
	bridge: {[bridgeOption]: parseInterfaceName, [mtuOption]: mtu},
	macvlan: {parent: parseDevice, macvlan_mode: oneOf('bridge', 'private', 'vepa', 'passthru'), [mtuOption]: mtu},
	ipvlan: {
		parent: parseDevice,
		ipvlan_mode: oneOf('l2', 'l3', 'l3s'),
		ipvlan_flag: oneOf('bridge', 'private', 'vepa'),
		[mtuOption]: mtu,
	},
} as const satisfies Readonly<
	Record<NetworkDriver, Readonly<Record<string, (text: string) => Parsed<string | number>>>>
>;

/** Whether a driver has an option of this name. Compose and Docker pass over others. */
export function isDriverOption(driver: NetworkDriver, name: string): boolean {
	return Object.hasOwn(parsers[driver], name);
}

/** The option of a container's interface that tsbox knows: kernel parameters, separated by commas. */
export const sysctlOption = 'com.docker.network.endpoint.sysctls';

/** The drivers that tsbox has. */
export const networkDrivers = Object.keys(parsers) as readonly NetworkDriver[];

/** Why other drivers are refused, as hints. */
export const otherDrivers: Readonly<Record<string, string>> = {
	host: 'write `network_mode: host` in the services',
	none: 'write `network_mode: none` in the services',
	null: 'write `network_mode: none` in the services',
};

/** The VLAN that a name such as `eth0.50` means, and the device that carries it; undefined for another name. */
export function vlanOf(device: string): {readonly below: string; readonly id: number} | undefined {
	const [, below, id] = /^(.+)\.(\d{1,5})$/.exec(device) ?? [];
	return below === undefined ? undefined : {below, id: Number(id)};
}

/**
 * Reads the options of a driver.
 *
 * @param wrong - hears of each option that cannot be, and of a parent that is missing, which has no name
 */
export function readDriverOptions(
	driver: NetworkDriver,
	options: readonly {readonly name: string; readonly value?: string | undefined}[],
	wrong: (name: string | undefined, problem: string, hint: string | undefined) => void,
): DriverSettings {
	const found: Record<string, string | number> = {};
	const own: Readonly<Record<string, (text: string) => Parsed<string | number>>> = parsers[driver];
	for (const {name, value = ''} of options) {
		const parse = Object.hasOwn(own, name) ? own[name] : undefined;
		const all = Object.keys(own).map(quoted);
		const parsed =
			parse?.(value) ??
			bad(`is no option of the driver \`${driver}\``, `use ${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`);
		if (parsed.ok) found[name] = parsed.value;
		else wrong(name, parsed.problem, parsed.hint);
	}
	const text = (name: string): string | undefined => found[name]?.toString();
	const device = text('parent');
	const mode = text(`${driver}_mode`) ?? (driver === 'macvlan' ? 'bridge' : 'l2');
	const parent = device === undefined ? undefined : {device, mode, ...present({flag: text('ipvlan_flag')})};
	if (driver !== 'bridge' && parent === undefined && !options.some(({name}) => name === 'parent'))
		wrong(undefined, `the driver \`${driver}\` needs a device of the host`, undefined);
	return present({bridge: text(bridgeOption), mtu: found[mtuOption] as number | undefined, parent});
}

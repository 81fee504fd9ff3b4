import {createHash} from 'node:crypto';

/** The least MTU of a device with IPv6, bytes: RFC 8200, section 5. The kernel takes IPv6 off a device with less. */
export const leastMtu6 = 1280;

/** The most bytes of an interface's name: IFNAMSIZ of linux/if.h without its zero. */
export const longestInterface = 15;

/**
 * Whether a word can be an interface's name. The kernel allows more, but `ip -batch` and nft read these characters as they are,
 * and `%d` asks the kernel for a number.
 */
export function isInterfaceName(word: string): boolean {
	return word.length <= longestInterface && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(word);
}

/** The name of a network's bridge unless it asks for another. Networks of two state folders have the same names, so both count. */
export function bridgeName(state: string, network: string): string {
	return `tsb-${createHash('sha256').update(`${state} ${network}`).digest('hex').slice(0, 8)}`;
}

/** The lines of hosts(5) for an entry of `extra_hosts`. `gateways` is where the host is reached, which `host-gateway` stands for. */
export function extraHostLines(
	{name, address}: {readonly name: string; readonly address: string},
	gateways: readonly string[],
): readonly string[] {
	return (address === 'host-gateway' ? gateways : [address]).map(each => `${each} ${name}`);
}

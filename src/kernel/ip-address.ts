/* The address formats of the tables in /proc/PID/net; proc_pid_net(5). */
import {formatAddress} from '../network/address.ts';

/**
 * Parses an address of the socket and routing tables, which print each 32 bits as a number in host byte order. Every Linux
 * architecture that Node supports is little-endian.
 */
export function addressOfWords(hex: string): string {
	return addressOf((hex.match(/.{8}/g) ?? []).flatMap(word => [...Buffer.from(word, 'hex').reverse()]));
}

/** Parses an address of the IPv6 tables, which print the bytes in network order. */
export function addressOfBytes(hex: string): string {
	return addressOf([...Buffer.from(hex, 'hex')]);
}

function addressOf(bytes: readonly number[]): string {
	if (bytes.length === 4) return bytes.join('.');
	return formatAddress({family: 6, value: BigInt(`0x${Buffer.from(bytes).toString('hex')}`)});
}

/** An IPv4 address as a number. */
export function ipv4Number(address: string): number {
	return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

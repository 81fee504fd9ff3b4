/* The address formats of the tables in /proc/PID/net; proc_pid_net(5). */

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
	const groups = Array.from({length: 8}, (_, at) =>
		(((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16),
	);
	// URL is Node's only IPv6 formatter that compresses the longest run of zeros, RFC 5952.
	return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** An IPv4 address as a number. */
export function ipv4Number(address: string): number {
	return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/* How the tables of /proc/PID/net write addresses; proc_pid_net(5). */

/**
 * An address of the socket and routing tables, which show each 32 bits as a number of this machine; all that Node runs on
 * with Linux today are little-endian.
 */
export function addressOfWords(hex: string): string {
	return addressOf((hex.match(/.{8}/g) ?? []).flatMap(word => [...Buffer.from(word, 'hex').reverse()]));
}

/** An address of the tables of IPv6, which show its bytes in their order. */
export function addressOfBytes(hex: string): string {
	return addressOf([...Buffer.from(hex, 'hex')]);
}

function addressOf(bytes: readonly number[]): string {
	if (bytes.length === 4) return bytes.join('.');
	const groups = Array.from({length: 8}, (_, at) =>
		(((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16),
	);
	// The one writer of IPv6 in Node that leaves the longest row of zeros out, RFC 5952.
	return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** An IPv4 address as a number. */
export function ipv4Number(address: string): number {
	return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

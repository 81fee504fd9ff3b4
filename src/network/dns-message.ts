/* Messages of DNS: a question for the addresses of a name, and what an answer says; RFC 1035, section 4, RFC 3596. */
import {formatAddress} from './address.ts';

/** The types of records that are asked for. */
const types = {A: 1, NS: 2, AAAA: 28} as const;

/** What a resolver answered. */
export interface DnsAnswer {
	/** 0 no error, 2 it failed, 3 there is no such name, 5 it refuses; RFC 1035, section 4.1.1. */
	readonly code: number;
	/** The addresses in the answer. */
	readonly addresses: readonly string[];
}

/** The bytes of a question, with the wish that the resolver asks others. The name may end with a dot; `.` is the root. */
export function dnsQuestion(id: number, name: string, type: keyof typeof types): Buffer {
	const head = Buffer.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
	const labels = name.split('.').filter(label => label !== '');
	const words = labels.flatMap(label => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]);
	return Buffer.concat([head, ...words, Buffer.from([0, 0, types[type], 0, 1])]);
}

/** Whether a name can be asked for: labels of at most 63 bytes, 253 in all. */
export function isDnsName(name: string): boolean {
	const labels = name.replace(/\.$/, '').split('.');
	return name.length <= 253 && labels.every(label => /^[\w-]{1,63}$/.test(label));
}

/** Reads an answer to the question with this number; undefined for anything else. */
export function dnsAnswer(id: number, bytes: Buffer): DnsAnswer | undefined {
	const isAnswer = bytes.length >= 12 && bytes.readUInt16BE(0) === id && (bytes.readUInt8(2) & 0x80) !== 0;
	if (!isAnswer) return undefined;
	const code = bytes.readUInt8(3) & 0x0f;
	const addresses: string[] = [];
	let at = 12;
	for (let left = bytes.readUInt16BE(4); left > 0; left -= 1) at = afterName(bytes, at) + 4;
	for (let left = bytes.readUInt16BE(6); left > 0; left -= 1) {
		at = afterName(bytes, at);
		// Type, class, 4 bytes of time to live, and the length of what follows.
		if (at + 10 > bytes.length) break;
		const [type, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 8)];
		at += 10;
		if (type === types.A && length === 4 && at + 4 <= bytes.length)
			addresses.push(bytes.subarray(at, at + 4).join('.'));
		if (type === types.AAAA && length === 16 && at + 16 <= bytes.length)
			addresses.push(formatAddress({family: 6, value: BigInt(`0x${bytes.toString('hex', at, at + 16)}`)}));
		at += length;
	}
	return {code, addresses};
}

/** Where a name ends: with an empty label, or with a pointer to another name, of two bytes that begin with two ones. */
function afterName(bytes: Buffer, from: number): number {
	for (let at = from; at < bytes.length; ) {
		const length = bytes[at] ?? 0;
		if (length === 0) return at + 1;
		if (length >= 0xc0) return at + 2;
		at += length + 1;
	}
	return bytes.length;
}

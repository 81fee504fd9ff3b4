/**
 * Classic BPF as seccomp(2) takes it: struct sock_filter {u16 code; u8 jt; u8 jf; u32 k}.
 * Sources: linux/bpf_common.h, linux/filter.h, linux/seccomp.h.
 */

/** One instruction. `jt` and `jf` are the numbers of instructions to skip. */
export interface Instruction {
	readonly code: number;
	readonly jt: number;
	readonly jf: number;
	readonly k: number;
}

/** The instruction codes that the compiler emits: class, size or operation, and mode. */
export const codes = {
	/** A = the 32-bit word at offset k of struct seccomp_data. */
	load: 0x20,
	and: 0x54,
	jumpAlways: 0x05,
	jumpEqual: 0x15,
	jumpGreater: 0x25,
	jumpGreaterOrEqual: 0x35,
	return: 0x06,
} as const;

/** The verdicts of a filter: SECCOMP_RET_*. The low 16 bits hold data. */
export const verdicts = {
	killThread: 0x0000_0000,
	trap: 0x0003_0000,
	errno: 0x0005_0000,
	userNotification: 0x7fc0_0000,
	trace: 0x7ff0_0000,
	log: 0x7ffc_0000,
	allow: 0x7fff_0000,
	killProcess: 0x8000_0000,
} as const;

/** The kernel's limit of instructions: BPF_MAXINSNS. */
export const mostInstructions = 4096;

/** Offsets in struct seccomp_data: number, architecture, and the two halves of an argument on little-endian machines. */
export const offsets = {
	number: 0,
	arch: 4,
	low: (index: number): number => 16 + 8 * index,
	high: (index: number): number => 20 + 8 * index,
} as const;

/** The bytes of a program, little-endian. */
export function encode(program: readonly Instruction[]): Uint8Array {
	const bytes = new Uint8Array(program.length * 8);
	const view = new DataView(bytes.buffer);
	for (const [at, {code, jt, jf, k}] of program.entries()) {
		view.setUint16(at * 8, code, true);
		view.setUint8(at * 8 + 2, jt);
		view.setUint8(at * 8 + 3, jf);
		view.setUint32(at * 8 + 4, k, true);
	}
	return bytes;
}

/** The inverse of {@link encode}. */
export function decode(bytes: Uint8Array): readonly Instruction[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return Array.from({length: bytes.length / 8}, (_, at) => ({
		code: view.getUint16(at * 8, true),
		jt: view.getUint8(at * 8 + 2),
		jf: view.getUint8(at * 8 + 3),
		k: view.getUint32(at * 8 + 4, true),
	}));
}

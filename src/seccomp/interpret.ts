import {codes, decode, type Instruction, offsets} from './bpf.ts';

/** The input of a seccomp filter: struct seccomp_data. */
export interface SeccompData {
	readonly nr: number;
	/** AUDIT_ARCH_*. */
	readonly arch: number;
	readonly args: readonly bigint[];
	readonly instructionPointer?: bigint;
}

/**
 * Runs a filter as the kernel does and returns its verdict, SECCOMP_RET_* with data. Supports more instructions than our compiler
 * emits because it also runs filters that other programs compiled.
 * Sources: kernel networking/filter.rst; the codes that seccomp_check_filter() accepts.
 *
 * @throws RangeError for a program that the kernel would reject.
 */
export function verdict(filter: Uint8Array | readonly Instruction[], data: SeccompData): number {
	const program = ArrayBuffer.isView(filter) ? decode(filter) : filter;
	const scratch = new Uint32Array(16);
	let a = 0;
	let x = 0;
	for (let at = 0; ; at += 1) {
		const step = program[at];
		if (step === undefined) throw new RangeError('the program runs past its end');
		const {code, jt, jf, k} = step;
		const operand = (code & 0x08) === 0 ? k : x;
		const branch = (taken: boolean): void => void (at += taken ? jt : jf);
		switch (code) {
			case codes.load:
				a = word(data, k);
				break;
			case 0x00:
				a = k;
				break;
			case 0x01:
				x = k;
				break;
			case 0x60:
				a = scratch[k] ?? 0;
				break;
			case 0x61:
				x = scratch[k] ?? 0;
				break;
			case 0x02:
				scratch[k] = a;
				break;
			case 0x03:
				scratch[k] = x;
				break;
			case 0x07:
				x = a;
				break;
			case 0x87:
				a = x;
				break;
			case 0x04:
			case 0x0c:
				a = (a + operand) >>> 0;
				break;
			case 0x14:
			case 0x1c:
				a = (a - operand) >>> 0;
				break;
			case 0x44:
			case 0x4c:
				a = (a | operand) >>> 0;
				break;
			case codes.and:
			case 0x5c:
				a = (a & operand) >>> 0;
				break;
			case codes.jumpAlways:
				at += k;
				break;
			case codes.jumpEqual:
			case 0x1d:
				branch(a === operand);
				break;
			case codes.jumpGreater:
			case 0x2d:
				branch(a > operand);
				break;
			case codes.jumpGreaterOrEqual:
			case 0x3d:
				branch(a >= operand);
				break;
			case 0x45:
			case 0x4d:
				branch((a & operand) !== 0);
				break;
			case codes.return:
				return k;
			case 0x16:
				return a;
			default:
				throw new RangeError(`the code 0x${code.toString(16)} is not one of seccomp(2)`);
		}
	}
}

function word({nr, arch, args, instructionPointer = 0n}: SeccompData, offset: number): number {
	if (offset === offsets.number) return nr >>> 0;
	if (offset === offsets.arch) return arch >>> 0;
	const value = offset < 16 ? instructionPointer : (args[(offset - 16) >> 3] ?? 0n);
	if (offset > 60 || offset % 4 !== 0) throw new RangeError(`${offset} is no word of struct seccomp_data`);
	return Number(offset % 8 === 0 ? value & 0xffff_ffffn : (value >> 32n) & 0xffff_ffffn);
}

import type {DeviceRow} from './device-writes.ts';

/*
 * With version 2 of control groups a program of BPF says which devices open: bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE. Instructions, registers and
 * numbers: Documentation/bpf/standardization/instruction-set.rst, and struct bpf_cgroup_dev_ctx of include/uapi/linux/bpf.h.
 */

/** An instruction: its code, two registers, an offset, and a value. */
type Instruction = readonly [code: number, to: number, from: number, offset: number, value: number];

const load = (to: number, offset: number): Instruction => [0x61, to, 1, offset, 0];
const copy = (to: number, from: number): Instruction => [0xbc, to, from, 0, 0];
const and = (to: number, value: number): Instruction => [0x54, to, 0, 0, value];
const shiftRight = (to: number, value: number): Instruction => [0x74, to, 0, 0, value];
const set = (to: number, value: number): Instruction => [0xb7, to, 0, 0, value];
const exit: Instruction = [0x95, 0, 0, 0, 0];

/** Jumps over the rest of a row unless they are equal. */
type Condition = (offset: number) => Instruction;
const isValue =
	(register: number, value: number): Condition =>
	offset => [0x55, register, 0, offset, value];
const isRegister =
	(register: number, other: number): Condition =>
	offset => [0x5d, register, other, offset, 0];

// BPF_DEVCG_ACC_*, BPF_DEVCG_DEV_*
const accesses: Readonly<Record<string, number>> = {m: 1, r: 2, w: 4};
const types: Readonly<Record<string, number>> = {b: 1, c: 2};
const all = 7;

/** Registers: the type of the device, what is asked for, major and minor number. */
const [type, asked, major, minor] = [2, 3, 4, 5];

/** The instructions of one row, which end the program with 1 where it covers all that is asked for. */
function rowCode({what, access}: DeviceRow): readonly Instruction[] {
	const [, letter = '', one = '*', other = '*'] = /^(\w) (\S+):(\S+)$/.exec(what) ?? [];
	const mask = access.split('').reduce((sum, each) => sum | (accesses[each] ?? 0), 0);
	const parts: readonly (Instruction | Condition)[] = [
		isValue(type, types[letter] ?? 0),
		...(mask === all ? [] : [copy(1, asked), and(1, mask), isRegister(1, asked)]),
		...(one === '*' ? [] : [isValue(major, Number(one))]),
		...(other === '*' ? [] : [isValue(minor, Number(other))]),
		set(0, 1),
		exit,
	];
	return parts.map((part, at) => (typeof part === 'function' ? part(parts.length - at - 1) : part));
}

/**
 * The program that allows what the rows allow, and nothing else.
 *
 * @returns its instructions of 8 bytes each in hexadecimal digits, for a machine whose numbers begin with the lowest byte
 */
export function deviceProgram(rows: readonly DeviceRow[]): string {
	const begin = [
		load(type, 0),
		copy(asked, type),
		and(type, 0xff_ff),
		shiftRight(asked, 16),
		load(major, 4),
		load(minor, 8),
	];
	const code = [...begin, ...rows.flatMap(rowCode), set(0, 0), exit];
	const bytes = new DataView(new ArrayBuffer(code.length * 8));
	for (const [at, [operation, to, from, offset, value]] of code.entries()) {
		bytes.setUint8(at * 8, operation);
		bytes.setUint8(at * 8 + 1, to | (from << 4));
		bytes.setInt16(at * 8 + 2, offset, true);
		bytes.setInt32(at * 8 + 4, value, true);
	}
	return Buffer.from(bytes.buffer).toString('hex');
}

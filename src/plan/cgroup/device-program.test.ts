import {describe, expect, test} from 'vitest';
import {deviceProgram} from './device-program.ts';
import {deviceRows, deviceWrites} from './device-writes.ts';

/** What the kernel's interpreter does with the instructions that such a program has. */
function allows(program: string, context: readonly number[]): boolean {
	const code = Buffer.from(program, 'hex');
	const registers = Array.from({length: 11}, () => 0);
	for (let at = 0; at < code.length; at += 8) {
		const pair = code.readUInt8(at + 1);
		const [to, from] = [pair & 15, pair >> 4];
		const [offset, value] = [code.readInt16LE(at + 2), code.readInt32LE(at + 4)];
		const own = registers[to] ?? 0;
		const other = registers[from] ?? 0;
		switch (code.readUInt8(at)) {
			case 0x61:
				registers[to] = context[offset / 4] ?? 0;
				break;
			case 0xbc:
				registers[to] = other;
				break;
			case 0x54:
				registers[to] = own & value;
				break;
			case 0x74:
				registers[to] = own >>> value;
				break;
			case 0xb7:
				registers[to] = value;
				break;
			case 0x55:
				if (own !== value) at += offset * 8;
				break;
			case 0x5d:
				if (own !== other) at += offset * 8;
				break;
			default:
				return registers[0] === 1;
		}
	}
	throw new Error('it runs over its end, which the kernel refuses');
}

const access = {m: 1, r: 2, w: 4};
type Letter = keyof typeof access;

describe('a program of BPF', () => {
	const rules = [
		{allow: true, type: 'b' as const, major: 8, access: 'r'},
		{allow: true, type: 'c' as const, major: 10, minor: 229, access: 'rw'},
		{allow: false, type: 'c' as const, major: 5, minor: 2, access: 'w'},
	];
	const program = deviceProgram(deviceRows(deviceWrites(rules)) ?? []);
	test.each<readonly [type: 'b' | 'c', major: number, minor: number, asked: string, isAllowed: boolean]>([
		['c', 1, 3, 'rw', true],
		['c', 1, 3, 'rwm', true],
		['c', 1, 1, 'r', false],
		['c', 1, 1, 'm', true],
		['b', 1, 3, 'r', false],
		['b', 8, 0, 'r', true],
		['b', 8, 17, 'r', true],
		['b', 8, 0, 'w', false],
		['b', 8, 0, 'rw', false],
		['c', 8, 0, 'r', false],
		['c', 10, 229, 'rw', true],
		['c', 10, 200, 'r', false],
		['c', 136, 7, 'rw', true],
	])('%s %i:%i %s is allowed: %s', (type, major, minor, asked, isAllowed) => {
		const bits = asked.split('').reduce((sum, letter) => sum | access[letter as Letter], 0);
		expect(allows(program, [(bits << 16) | (type === 'b' ? 1 : 2), major, minor])).toBe(isAllowed);
	});

	test('allows nothing without a row', () => {
		expect(allows(deviceProgram([]), [(2 << 16) | 2, 1, 3])).toBe(false);
	});
});

import {expect, test} from 'vitest';
import {readElf} from './elf.ts';

/** A 64-bit little-endian file with one program header at 64 and its interpreter at 120. */
function elf(type: number, interpreter: string): Buffer {
	const file = Buffer.alloc(200);
	file.write('\x7fELF', 'latin1');
	file.set([2, 1], 4);
	file.writeUInt16LE(183, 18);
	file.writeBigUInt64LE(64n, 32);
	file.writeUInt16LE(56, 54);
	file.writeUInt16LE(1, 56);
	file.writeUInt32LE(type, 64);
	file.writeBigUInt64LE(120n, 72);
	file.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
	file.write(interpreter, 120);
	return file;
}

const reader = (file: Buffer) => (offset: number, length: number) => file.subarray(offset, offset + length);

test('reads the interpreter and machine of a dynamic program', () => {
	const file = elf(3, '/lib/ld-linux-aarch64.so.1');
	expect(readElf(reader(file))).toEqual({machine: 'aarch64', interpreter: '/lib/ld-linux-aarch64.so.1'});
});

test('a static program has no interpreter', () => {
	expect(readElf(reader(elf(1, '')))).toEqual({machine: 'aarch64', interpreter: null});
});

test('does not take a truncated file for a static program', () => {
	expect(readElf(reader(elf(3, '/x').subarray(0, 80)))).toBeUndefined();
});

test('a script and an empty file are not ELF', () => {
	expect(readElf(reader(Buffer.from(`#!/bin/sh\n${'#'.repeat(80)}`)))).toBeUndefined();
	expect(readElf(reader(Buffer.alloc(0)))).toBeUndefined();
	expect(readElf(() => undefined)).toBeUndefined();
});

/*
 * Puts a note into a program, elf(5), as postject does, which Node's manual names for it: docs/decisions/0022-one-file.md. The note, and a
 * table of segments that names it, come after the last segment.
 */

const pageSize = 0x10000; // the largest of all machines that Node runs on
const [load, note, self] = [1, 4, 6]; // PT_LOAD, PT_NOTE, PT_PHDR
const headerSize = 64;
const entrySize = 56;

const aligned = (value, to) => Math.ceil(value / to) * to;

/** A segment of the table, with the numbers that matter here. */
const segmentOf = bytes => ({
	bytes,
	type: bytes.readUInt32LE(0),
	offset: Number(bytes.readBigUInt64LE(8)),
	address: Number(bytes.readBigUInt64LE(16)),
	fileSize: Number(bytes.readBigUInt64LE(32)),
	memorySize: Number(bytes.readBigUInt64LE(40)),
});

/** A segment that is only read. */
function segment(type, offset, address, size, alignment) {
	const bytes = Buffer.alloc(entrySize);
	bytes.writeUInt32LE(type, 0);
	bytes.writeUInt32LE(4, 4);
	for (const [at, value] of [offset, address, address, size, size, alignment].entries())
		bytes.writeBigUInt64LE(BigInt(value), 8 + at * 8);
	return bytes;
}

/**
 * Gives the parts of the program with the note: its bytes up to the last segment, without symbols for debuggers, and what follows.
 *
 * @param program - a 64-bit ELF program, little endian; its header is changed
 */
export function withNote(program, name, contents) {
	if (program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2 || program[5] !== 1)
		throw new Error('this Node is no 64-bit ELF program');
	const table = Number(program.readBigUInt64LE(32));
	const segments = Array.from({length: program.readUInt16LE(56)}, (_, at) =>
		segmentOf(program.subarray(table + at * entrySize, table + (at + 1) * entrySize)),
	);
	const loaded = segments.filter(({type}) => type === load);
	const base = loaded[0].address - loaded[0].offset;
	const end = Math.max(...segments.map(({offset, fileSize}) => offset + fileSize));
	const endInMemory = Math.max(...loaded.map(({address, memorySize}) => address + memorySize));
	// Kernels before 5.18 take the table to be where its offset is, from the first segment on.
	const offset = aligned(Math.max(end, endInMemory - base), pageSize);
	const address = base + offset;

	const label = Buffer.alloc(aligned(name.length + 1, 4));
	label.write(name);
	const head = Buffer.alloc(12);
	head.writeUInt32LE(name.length + 1, 0);
	head.writeUInt32LE(contents.length, 4);
	const noteParts = [head, label, contents, Buffer.alloc(aligned(contents.length, 4) - contents.length)];
	const noteSize = noteParts.reduce((sum, {length}) => sum + length, 0);

	const tableSize = (segments.length + 2) * entrySize;
	const noteOffset = aligned(tableSize, 4);
	const last = segments.findLastIndex(({type}) => type === load);
	const entries = segments.map(({type, bytes}) =>
		type === self ? segment(self, offset, address, tableSize, 8) : bytes,
	);
	// Segments that are loaded are in the order of their addresses.
	entries.splice(last + 1, 0, segment(load, offset, address, noteOffset + noteSize, pageSize));
	entries.push(segment(note, offset + noteOffset, address + noteOffset, noteSize, 4));

	const header = Buffer.from(program.subarray(0, headerSize));
	header.writeBigUInt64LE(BigInt(offset), 32);
	// No table of sections: it named what is left out.
	header.writeBigUInt64LE(0n, 40);
	header.writeUInt16LE(entries.length, 56);
	header.writeUInt32LE(0, 60);
	const gaps = [Buffer.alloc(offset - end), Buffer.alloc(noteOffset - tableSize)];
	return [header, program.subarray(headerSize, end), gaps[0], ...entries, gaps[1], ...noteParts];
}

/** The facts of an ELF file that tsbox needs, elf(5). */
export interface ElfFacts {
	/** The machine in uname(1)'s names; `elf-N` for an unknown one. */
	readonly machine: string;
	/** The path of its interpreter (PT_INTERP); null when it is linked statically. */
	readonly interpreter: string | null;
}

/** Reads bytes of a file: Host.readBytes of one path. */
export type ByteReader = (offset: number, length: number) => Buffer | undefined;

/** e_machine, from the kernel's include/uapi/linux/elf-em.h. */
const machines: Readonly<Record<number, string>> = {
	3: 'i686',
	21: 'ppc64le',
	22: 's390x',
	40: 'armv7l',
	62: 'x86_64',
	183: 'aarch64',
	243: 'riscv64',
	258: 'loongarch64',
};

/** The known machines. */
export const machineNames: readonly string[] = Object.values(machines);

/** PT_INTERP of elf(5). */
const interpreterSegment = 3;

/** The kernel loads no program with larger program headers, bytes: load_elf_phdrs() in fs/binfmt_elf.c. */
const largestTable = 65_536;

/**
 * Reads the ELF header and the program headers; undefined when the file is not ELF or is truncated.
 * It executes nothing, unlike ldd(1), which may run the file.
 */
export function readElf(read: ByteReader): ElfFacts | undefined {
	const header = read(0, 64);
	if (header === undefined || header.length < 52 || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
	const wide = header[4] === 2;
	const little = header[5] === 1;
	if (wide && header.length < 64) return undefined;

	const half = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
	const word = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
	const address = (bytes: Buffer, at: number) => {
		if (!wide) return word(bytes, at);
		return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
	};

	const machine = machines[half(header, 18)] ?? `elf-${half(header, 18)}`;
	const size = half(header, wide ? 54 : 42);
	const count = half(header, wide ? 56 : 44);
	if (size < (wide ? 56 : 32)) return {machine, interpreter: null};
	if (size * count > largestTable) return undefined;
	const table = read(address(header, wide ? 32 : 28), size * count);
	if (table === undefined || table.length < size * count) return undefined;
	for (let at = 0; at < table.length; at += size) {
		if (word(table, at) !== interpreterSegment) continue;
		const name = read(address(table, at + (wide ? 8 : 4)), Math.min(address(table, at + (wide ? 32 : 16)), 4096));
		return name === undefined ? undefined : {machine, interpreter: name.toString('utf8').replace(/\0.*$/s, '')};
	}
	return {machine, interpreter: null};
}

/** A header as it is written; whatever is left out has its usual value. Names are latin1: one character per byte. */
export interface RawEntry {
	readonly name: string;
	/** The type flag; `0`, a file, when left out. */
	readonly type?: string;
	readonly link?: string;
	readonly body?: string | Buffer;
	/** The size field, where it is to differ from the body's length. */
	readonly size?: number;
	readonly mode?: number;
	readonly uid?: number;
	readonly gid?: number;
	/** Seconds since the epoch. */
	readonly mtime?: number;
	readonly prefix?: string;
	readonly device?: readonly [major: number, minor: number];
	/** Changes the header before its checksum is counted. */
	readonly touch?: (header: Buffer) => void;
}

/** A header block and its body, padded. */
export function entry(raw: RawEntry): Buffer {
	const body = Buffer.from(raw.body ?? '');
	const header = Buffer.alloc(512);
	header.write(raw.name, 0, 100, 'latin1');
	octal(header, 100, 8, raw.mode ?? 0o644);
	octal(header, 108, 8, raw.uid ?? 0);
	octal(header, 116, 8, raw.gid ?? 0);
	octal(header, 124, 12, raw.size ?? body.length);
	octal(header, 136, 12, raw.mtime ?? 0);
	header.write(raw.type ?? '0', 156, 1, 'latin1');
	header.write(raw.link ?? '', 157, 100, 'latin1');
	header.write('ustar\x0000', 257, 8, 'latin1');
	const [major, minor] = raw.device ?? [0, 0];
	octal(header, 329, 8, major);
	octal(header, 337, 8, minor);
	header.write(raw.prefix ?? '', 345, 155, 'latin1');
	raw.touch?.(header);
	header.fill(' ', 148, 156);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
	return Buffer.concat([header, body, Buffer.alloc(-body.length & 511)]);
}

/** A pax extended header (`x`), or a global one (`g`). */
export function pax(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): Buffer {
	const lines = Object.entries(records).map(([key, value]) => {
		const rest = Buffer.byteLength(` ${key}=${value}\n`, 'latin1');
		let length = rest + 1;
		while (length !== rest + String(length).length) length = rest + String(length).length;
		return Buffer.from(`${length} ${key}=${value}\n`, 'latin1');
	});
	return entry({name: 'pax', type, body: Buffer.concat(lines)});
}

/** A GNU long name (`L`) or long link (`K`) for the entry that follows. */
export function long(type: 'L' | 'K', name: string): Buffer {
	return entry({name: '././@LongLink', type, body: Buffer.from(`${name}\0`, 'latin1')});
}

/** The two zero blocks at the end. */
export const endMark = Buffer.alloc(1024);

/** A whole tar. */
export function tar(...parts: readonly (Buffer | RawEntry)[]): Buffer {
	return Buffer.concat([...parts.map(part => (Buffer.isBuffer(part) ? part : entry(part))), endMark]);
}

function octal(header: Buffer, at: number, length: number, value: number): void {
	header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length, 'latin1');
}

import type {Host} from '../host.ts';

const folder = '/proc/sys/fs/binfmt_misc';

/**
 * Whether binfmt_misc passes a file that begins with these bytes to an interpreter, such as an emulator of another architecture.
 * Source: the kernel's Documentation/admin-guide/binfmt-misc.rst.
 *
 * @param name - the file's name, for formats that are matched by extension
 */
export function hasHandler(host: Pick<Host, 'list' | 'readText'>, name: string, bytes: Buffer): boolean {
	if (host.readText(`${folder}/status`)?.trim() !== 'enabled') return false;
	return host.list(folder).some(entry => {
		if (entry === 'status' || entry === 'register') return false;
		const text = host.readText(`${folder}/${entry}`) ?? '';
		return text.startsWith('enabled\n') && takes(text, name, bytes);
	});
}

function takes(text: string, name: string, bytes: Buffer): boolean {
	const field = (key: string): string | undefined => new RegExp(`^${key} (\\S+)$`, 'm').exec(text)?.[1];
	const extension = field('extension');
	if (extension !== undefined) return name.endsWith(extension);
	const magic = Buffer.from(field('magic') ?? '', 'hex');
	const mask = Buffer.from(field('mask') ?? 'ff'.repeat(magic.length), 'hex');
	const offset = Number(field('offset') ?? 0);
	return magic.length > 0 && magic.every((byte, at) => (((bytes[offset + at] ?? 0) ^ byte) & (mask[at] ?? 0xff)) === 0);
}

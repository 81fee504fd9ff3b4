import {createHash} from 'node:crypto';
import {Header} from 'tar';
import type {Host} from '../../host/host.ts';
import {minimalRoot} from '../../host/probe/minimal-root.ts';

/** Files of every minimal root filesystem, by path. */
const texts: Readonly<Record<string, string>> = {
	'/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
	'/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
	'/etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
	// A shell opens it for a command in the background. In a container with a /dev of its own the device covers it.
	'/dev/null': '',
};

const folders = ['/proc', '/sys', '/dev', '/root', '/mnt', '/run', '/var', '/usr'];
/** Where programs look besides /bin. */
const links = {'/sbin': 'bin', '/usr/bin': '../bin', '/usr/sbin': '../bin'};

/** The size of a block of a tar, bytes. */
const block = 512;

/** One entry, with the same bytes each time: no time, no owner but root. */
function entry(
	path: string,
	{
		type,
		mode,
		body,
		to,
	}: {
		readonly type: 'File' | 'Directory' | 'SymbolicLink';
		readonly mode: number;
		readonly body?: Buffer;
		readonly to?: string;
	},
): readonly Buffer[] {
	const size = body?.length ?? 0;
	const header = new Header({
		path: `.${path}`,
		mode,
		uid: 0,
		gid: 0,
		size,
		mtime: new Date(0),
		type,
		linkpath: to ?? '',
	});
	const bytes = Buffer.alloc(block);
	header.encode(bytes, 0);
	const rest = size % block;
	return [bytes, ...(body === undefined ? [] : [body, Buffer.alloc(rest === 0 ? 0 : block - rest)])];
}

/**
 * The archive of `rootfs: minimal`, in the store. It is a function of the copied files: the same files give the same bytes.
 *
 * @param write - false looks only: the file may not exist then
 * @returns Its path, its digest `sha256:...`, and its size in bytes.
 * @throws TsboxError E_HOST_UNSUPPORTED
 */
export async function minimalArchive(
	host: Host,
	store: string,
	write: boolean,
): Promise<{readonly path: string; readonly digest: string; readonly bytes: number}> {
	const root = await minimalRoot(host);
	const folder = (path: string, mode = 0o755): readonly Buffer[] => entry(path, {type: 'Directory', mode});
	const link = (path: string, to: string): readonly Buffer[] => entry(path, {type: 'SymbolicLink', mode: 0o777, to});
	const file = (path: string, body: Buffer, mode: number): readonly Buffer[] => entry(path, {type: 'File', mode, body});
	const parents = new Set(
		[...root.files.map(({path}) => path), ...Object.keys(texts)].flatMap(path =>
			path
				.split('/')
				.slice(1, -1)
				.map((_, at, names) => `/${names.slice(0, at + 1).join('/')}`),
		),
	);
	const bytes = Buffer.concat([
		...[...new Set(['/bin', ...folders, ...parents])]
			.sort()
			.flatMap(path => folder(path, path === '/root' ? 0o700 : 0o755)),
		...folder('/tmp', 0o1777),
		...Object.entries(links).flatMap(([path, to]) => link(path, to)),
		...Object.entries(texts).flatMap(([path, text]) => file(path, Buffer.from(text), 0o644)),
		...root.files.flatMap(({path, from}) =>
			file(path, host.readBytes(from, 0, host.stat(from)?.size ?? 0) ?? Buffer.alloc(0), 0o755),
		),
		...root.links.flatMap(({path, to}) => link(path, to)),
		Buffer.alloc(2 * block),
	]);
	const digest = createHash('sha256').update(bytes).digest('hex');
	const path = `${store}/minimal/minimal-${digest.slice(0, 12)}.tar`;
	if (write && host.stat(path)?.size !== bytes.length) {
		host.mkdirs(store, 0o700);
		host.mkdirs(`${store}/minimal`, 0o700);
		host.writeAtomic(path, bytes, 0o600);
	}
	return {path, digest: `sha256:${digest}`, bytes: bytes.length};
}

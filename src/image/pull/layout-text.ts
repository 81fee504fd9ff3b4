import {list, type ReadEntry} from 'tar';
import type {Host} from '../../host/host.ts';
import {digestOfBytes} from '../oci/manifest.ts';

/** Most bytes of a manifest: containers/image reads no larger ones. */
const mostBytes = 4 * 1024 * 1024;

/**
 * The text of a blob of an OCI image layout that skopeo calls `oci:FOLDER[:NAME]` or `oci-archive:FILE[:NAME]`: the manifest of one platform
 * in an index, which skopeo cannot name there.
 *
 * @returns undefined for another source, and for a blob that is missing, too big, or has another digest.
 */
export async function layoutText(host: Host, source: string, digest: string): Promise<string | undefined> {
	// skopeo(1) ends the path at the first colon, too.
	const [transport, path = ''] = source.split(':');
	const name = `blobs/${digest.replace(':', '/')}`;
	const text =
		transport === 'oci'
			? smallText(host, `${path}/${name}`)
			: transport === 'oci-archive'
				? await entryText(path, name)
				: undefined;
	return text !== undefined && digestOfBytes(text) === digest ? text : undefined;
}

function smallText(host: Host, path: string): string | undefined {
	return (host.stat(path)?.size ?? 0) > mostBytes ? undefined : host.readText(path);
}

async function entryText(file: string, name: string): Promise<string | undefined> {
	const pieces: Buffer[] = [];
	let isFound = false;
	const take = (entry: ReadEntry): void => {
		isFound = true;
		entry.on('data', (piece: Buffer) => pieces.push(piece));
	};
	const isIt = (path: string, entry: {readonly size?: number | undefined}): boolean =>
		!isFound && path.replace(/^\.\//, '') === name && (entry.size ?? 0) <= mostBytes;
	await list({file, strict: true, filter: isIt, onReadEntry: take});
	return isFound ? Buffer.concat(pieces).toString('utf8') : undefined;
}

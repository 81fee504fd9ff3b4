import type {Host} from '../../host/host.ts';

/** The transports of containers-transports(5) that need no daemon and no registry. */
const localTransports = ['docker-archive:', 'oci-archive:', 'oci:', 'dir:', 'archive:'] as const;

/** Whether a normalized reference names an image of a registry. */
export function isRegistry(reference: string): boolean {
	return !localTransports.some(transport => reference.startsWith(transport));
}

/**
 * The name by which skopeo finds an image. `archive:/path` is a file of which only its content says whether `docker save` wrote it or a
 * tool of OCI.
 */
export function skopeoSource(host: Host, reference: string): string {
	if (isRegistry(reference)) return `docker://${withoutTag(reference)}`;
	const file = /^archive:(.*)$/.exec(reference)?.[1];
	if (file === undefined) return reference;
	return `${hasLayout(host, file) ? 'oci-archive' : 'docker-archive'}:${file}`;
}

/** The same image with the digest of one of its manifests, so that a tag that moves meanwhile changes nothing. Only registries have that. */
export function atDigest(source: string, digest: string): string {
	if (!source.startsWith('docker://')) return source;
	return `${source.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[\w][\w.-]*$/, '')}@${digest}`;
}

/** skopeo refuses a reference with both a tag and a digest. */
function withoutTag(reference: string): string {
	return reference.replace(/:[\w][\w.-]*(?=@)/, '');
}

/** Whether an archive begins like one of OCI: its first entries are oci-layout, index.json, or blobs. */
function hasLayout(host: Host, file: string): boolean {
	const head = host.readBytes(file, 0, 64 * 1024)?.toString('latin1') ?? '';
	return /^(\.\/)?(oci-layout|index\.json|blobs\/)/.test(head) || /\0(\.\/)?oci-layout\0/.test(head);
}

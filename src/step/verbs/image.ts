import {mapArguments, type RangeMap} from '../../host/id-map.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {hostToolWords} from './toolbox.ts';
import {asFunction, type HostVerb, needsNothing} from './verb.ts';

/** The prefix `unshare ... ` of a command that runs as root of the container's user namespace; empty without a map. */
export function inNamespace(ids: RangeMap | undefined): string {
	return ids === undefined ? '' : `unshare ${shellCommand(mapArguments(ids))} `;
}

/** Unpacks an archive into the store, in its own sealed root; with `ids`, in a user namespace with that map. */
export interface UnpackAction {
	readonly kind: 'unpack';
	readonly archive: string;
	readonly digest: string;
	readonly target: string;
	readonly ids?: RangeMap;
}

export const unpack: HostVerb<UnpackAction> = {
	shown: ({ids, archive, target}) => [
		`${inNamespace(ids)}tar -xpf ${shellWord(archive)} --numeric-owner --xattrs -C ${shellWord(target)}`,
	],
	// requirements.ts of lock/ adds tar for every container of an archive, whether the archive is unpacked already or
	// not.
	needs: needsNothing,
	hostLines: (_action, _facts, store) => asFunction('unpack', store.unpack),
};

/** A layer of a {@link PullImageAction}. */
export interface PulledLayer {
	/** Digest of the plain tar: `sha256:` and 64 hexadecimal digits. */
	readonly diffId: string;
	/** Digest of the blob in the registry. */
	readonly digest: string;
	/** Size of the blob, bytes. */
	readonly size: number;
	readonly mediaType: string;
	/** The folder of the unpacked layer. */
	readonly target: string;
	/** The store has it unpacked. */
	readonly stored: boolean;
}

/** Copies the blobs of an image into the store with skopeo, and unpacks each layer that is missing in its own sealed root. */
export interface PullImageAction {
	readonly kind: 'pullImage';
	/** Where skopeo finds the image: `docker://docker.io/library/nginx@sha256:...`. */
	readonly source: string;
	readonly reference: string;
	/** Digest of the manifest. */
	readonly manifest: string;
	/** The folder of the blobs in the store. */
	readonly blobs: string;
	/** The base first. */
	readonly layers: readonly PulledLayer[];
	/** The id map that shifts the owners of the layers' files. */
	readonly ids?: RangeMap;
}

export const pullImage: HostVerb<PullImageAction> = {
	shown: ({source, blobs, layers, ids}) => [
		`skopeo copy --dest-shared-blob-dir ${shellWord(blobs)} --dest-oci-accept-uncompressed-layers ${shellWord(source)} oci:"$(mktemp -d)"`,
		...layers
			.filter(({stored}) => !stored)
			.map(
				({digest, target}) =>
					`${inNamespace(ids)}tar -xpf ${shellWord(`${blobs}/${digest.replace(':', '/')}`)} --numeric-owner --xattrs -C ${shellWord(target)}`,
			),
	],
	// As of `unpack`.
	needs: needsNothing,
	// A script pulls nothing: what it runs must be what it was made for, and only tsbox checks layers.
	hostLines: ({layers, reference}) =>
		layers.map(({target}) => `need_layer ${shellCommand([layerRecord(target), reference])}`),
};

/** The file that is written last into an unpacked layer. */
export function layerRecord(target: string): string {
	return target.replace(/\/fs$/, '/layer.json');
}

/** Copies a folder with all its attributes; with `ids`, the owners are remapped. */
export interface CopyTreeAction {
	readonly kind: 'copyTree';
	readonly from: string;
	readonly to: string;
	readonly ids?: RangeMap;
}

export const copyTree: HostVerb<CopyTreeAction> = {
	shown: ({from, to, ids}) =>
		ids === undefined
			? [`cp -a ${shellWord(`${from}/.`)} ${shellWord(to)}`]
			: [`tar -C ${shellWord(from)} -cf - . | ${inNamespace(ids)}tar -xpf - -C ${shellWord(to)}`],
	needs: ({ids}) => ({
		tools: ids === undefined ? ['cp'] : ['tar'],
		features: [['writable layer', 'a copy of the root filesystem']],
	}),
	hostLines: (action, facts, store) =>
		action.ids === undefined
			? [`run ${shellCommand([...(hostToolWords(facts, 'cp') ?? ['cp']), ...copyArguments(action)])}`]
			: asFunction('copy', store.copy),
};

/** Arguments of cp(1) for a copy that keeps the owners. */
export function copyArguments({from, to}: Pick<CopyTreeAction, 'from' | 'to'>): readonly string[] {
	return ['-a', '--', `${from}/.`, to];
}

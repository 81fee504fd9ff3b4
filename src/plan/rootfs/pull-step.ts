import type {OciImage} from '../../image/store/facts.ts';
import type {Step} from '../../step/verbs/step.ts';

/** The step that copies an image into the store and unpacks the layers that are missing there. */
export function pullStep(image: OciImage, store: string): Step {
	const {reference, source, manifest, layers, ids} = image;
	const missing = layers.filter(({stored}) => !stored);
	return {
		id: 'image.pull',
		phase: 'image',
		side: 'before',
		title: `pull ${reference} into the store${ids === undefined ? '' : ', with the ids of the container'}`,
		why: `skopeo fetches what the store lacks, and each digest is compared before anything is used. ${layersWords(missing.length, layers.length)} Each layer is unpacked once, by a tar that is itself locked into the target folder; images that share layers share the folders.${ids === undefined ? '' : ' Its files get the owners that root and the others of the container are on the host, because this host has no mounts that change them.'}`,
		man: 'skopeo-copy(1)',
		object: missing[0] === undefined ? null : `folder ${missing[0].path}`,
		action: {
			kind: 'pullImage',
			source,
			reference,
			manifest,
			blobs: `${store}/blobs`,
			layers: layers.map(({diffId, digest, size, mediaType, path, stored}) => ({
				diffId,
				digest,
				size,
				mediaType,
				target: path,
				stored,
			})),
			...(ids === undefined ? {} : {ids}),
		},
		undo: {kind: 'none', reason: 'the store keeps it for the next start; `tsbox images rm` removes it'},
		checks: missing.map(({path}) => ({kind: 'folder', path})),
	};
}

function layersWords(missing: number, all: number): string {
	if (missing === 0) return 'All layers are unpacked already.';
	if (all === 1) return 'Its only layer is missing.';
	if (missing === all) return `All ${all} layers are missing.`;
	return `${missing} of ${all} layers ${missing === 1 ? 'is' : 'are'} missing.`;
}

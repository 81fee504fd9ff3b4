import type {PlannedContainer} from '../machine/planned-container.ts';

/** A writable layer over a folder of the image, and where it is in the container: `` for the root, or `/usr`. */
export interface Layer {
	readonly upper: string;
	readonly lower: string;
	readonly place: string;
	/** The root of an ordinary user's `rootfs: host`: tsbox made what the host has too, only the rest is the container's. */
	readonly addedOnly?: true;
}

/**
 * The upper folders of the overlays that a plan mounts, and where each is in the container; none where the root is a copy.
 */
export function plannedLayers({plan, image}: Pick<PlannedContainer, 'plan' | 'image'>): readonly Layer[] {
	const actions = JSON.stringify(plan.steps.map(({action}) => action));
	const options = [...actions.matchAll(/"upperdir=(?:[^"\\]|\\.)*"/g)].map(([text]) => JSON.parse(text) as string);
	const uppers = [...new Set(options.map(option => option.slice('upperdir='.length)))];
	return uppers.flatMap((upper): readonly Layer[] => {
		const folder = /^(.*)\/folders\/([^/]+)\/upper$/.exec(upper);
		const lower = image.kind === 'host' ? '/' : image.path;
		if (folder === null) return [{upper, lower, place: ''}];
		const [, layer, name] = folder;
		const target = `/${name}`;
		const own: Layer = {upper, lower: target, place: target};
		const isLast = upper === uppers.at(-1);
		return isLast ? [own, {upper: `${layer}/upper`, lower: '/', place: '', addedOnly: true}] : [own];
	});
}

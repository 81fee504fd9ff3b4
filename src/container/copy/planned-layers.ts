import {lowerFolders} from '../../image/store/facts.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';

/** A writable layer over folders of the image, and its path in the container: empty for the root, or `/usr`. */
export interface Layer {
	readonly upper: string;
	/** Topmost first. */
	readonly lowers: readonly string[];
	readonly place: string;
	/** The root of an unprivileged user's `rootfs: host`. Only added entries count, since tsbox itself created those the host has. */
	readonly addedOnly?: true;
}

/** The upper folders of the overlays in a plan, with their paths in the container; empty if the root filesystem is a copy. */
export function plannedLayers({plan, image}: Pick<PlannedContainer, 'plan' | 'image'>): readonly Layer[] {
	const actions = JSON.stringify(plan.steps.map(({action}) => action));
	const options = [...actions.matchAll(/"upperdir=(?:[^"\\]|\\.)*"/g)].map(([text]) => JSON.parse(text) as string);
	const uppers = [...new Set(options.map(option => option.slice('upperdir='.length)))];
	return uppers.flatMap((upper): readonly Layer[] => {
		const folder = /^(.*)\/folders\/([^/]+)\/upper$/.exec(upper);
		if (folder === null) return [{upper, lowers: lowerFolders(image), place: ''}];
		const [, layer, name] = folder;
		const target = `/${name}`;
		const own: Layer = {upper, lowers: [target], place: target};
		const isLast = upper === uppers.at(-1);
		return isLast ? [own, {upper: `${layer}/upper`, lowers: ['/'], place: '', addedOnly: true}] : [own];
	});
}

import type {Host} from '../../host/host.ts';
import {isObject, parseJson} from './json.ts';
import {ownerRuns} from './owner.ts';
import {makeStore, newWorkPath, workFolder} from './store.ts';

/** What a running pull or build needs of the store. */
export interface Held {
	/** Digests of blobs. */
	readonly blobs: readonly string[];
	/** Diff ids of unpacked layers. */
	readonly layers: readonly string[];
}

/** The file in a work folder that says what its owner needs. */
const file = 'holds.json';

/**
 * Makes a work folder that keeps blobs and layers from being removed for as long as it is there and its owner runs. An owner holds
 * first and looks then whether they are there: `removeUnneeded` looks at the holds again after it has taken something away.
 *
 * @param held - `everything` for work that cannot know before what it needs
 * @returns the path of the folder, which the owner removes at the end
 */
export function hold(host: Host, store: string, held: Held | 'everything'): string {
	makeStore(host, store);
	const folder = newWorkPath(host, store);
	host.mkdir(folder, 0o700);
	host.writeWhole(`${folder}/${file}`, `${JSON.stringify({schema: 1, held})}\n`, 0o600);
	return folder;
}

/** All that running owners hold. */
export function heldNow(host: Host, store: string): Held | 'everything' {
	const all = host
		.list(workFolder(store))
		.filter(name => ownerRuns(host, name))
		.map(name => heldBy(host.readText(`${workFolder(store)}/${name}/${file}`) ?? ''));
	const [blobs, layers]: [string[], string[]] = [[], []];
	for (const held of all) {
		if (held === 'everything') return held;
		blobs.push(...held.blobs);
		layers.push(...held.layers);
	}
	return {blobs, layers};
}

function heldBy(text: string): Held | 'everything' {
	const value = parseJson(text);
	const held = isObject(value) ? value['held'] : undefined;
	if (held === 'everything') return held;
	const words = (each: unknown): readonly string[] =>
		Array.isArray(each) ? each.filter(word => typeof word === 'string') : [];
	return isObject(held) ? {blobs: words(held['blobs']), layers: words(held['layers'])} : {blobs: [], layers: []};
}

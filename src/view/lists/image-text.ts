import {bytes} from '../../spec/values/bytes.ts';
import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';
import {imageTitle, shortDigest} from './images-table.ts';

/** What `images inspect` shows of an image to people. */
export interface ShownImage {
	readonly names: readonly {readonly name: string; readonly digest: string}[];
	readonly digest: string;
	readonly config: string;
	readonly platform: string;
	/** Milliseconds since the epoch. */
	readonly created: number | null;
	readonly author: string;
	readonly bytes: number;
	readonly layers: readonly {readonly diffId: string; readonly size: number; readonly unpacked: number | null}[];
	readonly usedBy: readonly string[];
	readonly configJson: unknown;
}

/** The keys of a configuration's `config` that people ask for, in this order. */
const shownKeys = [
	'Entrypoint',
	'Cmd',
	'User',
	'WorkingDir',
	'Env',
	'ExposedPorts',
	'Volumes',
	'StopSignal',
	'Healthcheck',
	'Labels',
];

/** An image in a few lines. `now` is in ms since the epoch. */
export function imageText(image: ShownImage, now: number, {width}: Pick<Look, 'width'>): string {
	const rows = [
		...image.names.map(({name, digest}) => [
			'name',
			`${imageTitle(name)}${digest === image.digest ? '' : ` (tag points to ${digest})`}`,
		]),
		['manifest', image.digest],
		['config', image.config],
		['platform', escapeText(image.platform)],
		...(image.created === null
			? []
			: [['created', `${new Date(image.created).toISOString()} (${age(now - image.created)} ago)`]]),
		...(image.author === '' ? [] : [['author', escapeText(image.author)]]),
		['size', bytes(image.bytes)],
		...configRows(image.configJson),
		['used by', image.usedBy.length === 0 ? '-' : image.usedBy.map(escapeText).join(', ')],
	];
	const layers = image.layers.map(({diffId, size, unpacked}, at) => [
		String(at + 1),
		shortDigest(diffId),
		bytes(size),
		unpacked === null ? 'not unpacked' : bytes(unpacked),
	]);
	return `${table(rows, width)}\n${table([['LAYER', 'DIFF ID', 'BLOB', 'UNPACKED'], ...layers], width)}`;
}

function configRows(json: unknown): readonly (readonly [string, string])[] {
	const whole = typeof json === 'object' && json !== null && 'config' in json ? json.config : undefined;
	const config: Readonly<Record<string, unknown>> = typeof whole === 'object' && whole !== null ? {...whole} : {};
	return shownKeys.flatMap(key => {
		const value = config[key];
		if (value === undefined || value === null || value === '') return [];
		const lines = key === 'Env' && Array.isArray(value) ? value.map(String) : [textOf(value)];
		return lines.map((line, at) => [at === 0 ? key : '', escapeText(line)] as const);
	});
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

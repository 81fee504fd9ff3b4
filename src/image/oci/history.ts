import {isObject, parseJson} from '../store/json.ts';

/** What a configuration says of one step of a build: OCI image-spec, config.md, `history`. All texts are those of whoever made the image. */
export interface HistoryEntry {
	/** Milliseconds since the epoch; undefined when the image does not say. */
	readonly created?: number | undefined;
	/** The command; empty when the image does not say. */
	readonly createdBy: string;
	readonly comment: string;
	/** The step made no layer. */
	readonly isEmpty: boolean;
}

/** What a configuration says of how and for what the image was made. */
export interface Making {
	/** Milliseconds since the epoch; undefined when the image does not say. */
	readonly created?: number | undefined;
	/** `linux/arm64/v8`. */
	readonly platform: string;
	readonly author: string;
	/** The oldest first. */
	readonly history: readonly HistoryEntry[];
}

/** Reads who, when, and how from a configuration. Whatever has another type than the specification says counts as missing. */
export function readMaking(config: string): Making {
	const value = parseJson(config);
	const fields = isObject(value) ? value : {};
	const history: readonly unknown[] = Array.isArray(fields['history']) ? fields['history'] : [];
	const platform = [textOf(fields['os']) || 'linux', textOf(fields['architecture']), textOf(fields['variant'])];
	return {
		created: timeOf(fields['created']),
		platform: platform.filter(word => word !== '').join('/'),
		author: textOf(fields['author']),
		history: history.filter(isObject).map(entry => ({
			created: timeOf(entry['created']),
			createdBy: textOf(entry['created_by']),
			comment: textOf(entry['comment']),
			isEmpty: entry['empty_layer'] === true,
		})),
	};
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** A time of RFC 3339. Tools that have no time write that of Go's zero value, the year 1. */
function timeOf(value: unknown): number | undefined {
	const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
	return Number.isNaN(time) || time < 0 ? undefined : time;
}

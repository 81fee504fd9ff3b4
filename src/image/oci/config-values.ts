import {TsboxError} from '../../errors/tsbox-error.ts';
import {quoted} from '../../spec/model/parsed.ts';

/** The most entries of a list or a map. Real images have a few dozen; argv and environment end at 2 MB: execve(2), ARG_MAX. */
const mostEntries = 10_000;

/** Reads values of an image's configuration, and refuses those of another type in one sentence. */
export interface ConfigReader {
	/** The object at a key; undefined if there is none. */
	readonly object: (key: string, value: unknown) => Readonly<Record<string, unknown>> | undefined;
	/** The text at a key; undefined for none, and for an empty one, which Go writes for none. */
	readonly text: (key: string, value: unknown) => string | undefined;
	/** The list of text at a key; undefined for none, and for an empty one. */
	readonly texts: (key: string, value: unknown) => readonly string[] | undefined;
	/** The whole number at a key, 0 for none. */
	readonly count: (key: string, value: unknown) => number;
	/** The error for what is wrong with a key: `is no list of text`. */
	readonly fault: (key: string, problem: string) => TsboxError;
}

/** Makes a reader of the configuration of the image `name`. */
export function configReader(name: string): ConfigReader {
	const fault: ConfigReader['fault'] = (key, problem) =>
		new TsboxError('E_IMAGE_INVALID', `the configuration of the image ${name}: ${key} ${problem}`, {
			hint: 'use another tag, or ask whoever made the image',
		});
	const whole = (key: string, text: string): string => {
		if (text.includes('\0')) throw fault(key, 'holds a NUL byte');
		return text;
	};
	const within = (key: string, entries: number): void => {
		if (entries > mostEntries) throw fault(key, `has ${entries} entries, more than ${mostEntries}`);
	};
	return {
		fault,
		object: (key, value) => {
			if (value === undefined || value === null) return undefined;
			if (typeof value !== 'object' || Array.isArray(value)) throw fault(key, 'is no map');
			const entries = Object.entries(value);
			within(key, entries.length);
			for (const [name] of entries) whole(key, name);
			return Object.fromEntries(entries);
		},
		text: (key, value) => {
			if (value === undefined || value === null || value === '') return undefined;
			if (typeof value !== 'string') throw fault(key, 'is no text');
			return whole(key, value);
		},
		texts: (key, value) => {
			if (value === undefined || value === null) return undefined;
			if (!Array.isArray(value)) throw fault(key, 'is no list of text');
			within(key, value.length);
			const texts = value.map((each: unknown) => {
				if (typeof each !== 'string')
					throw fault(key, `holds ${quoted(String(JSON.stringify(each)))}, which is no text`);
				return whole(key, each);
			});
			return texts.length === 0 ? undefined : texts;
		},
		count: (key, value) => {
			if (value === undefined || value === null) return 0;
			if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
				throw fault(key, `is no whole number from 0 on, but ${quoted(String(JSON.stringify(value)))}`);
			return value;
		},
	};
}

import {escapeLines} from '../text/escape.ts';

/** A line that a container printed, with its line end unless it was the last and had none. */
export interface LogLine {
	readonly service: string;
	readonly stream: 'stdout' | 'stderr';
	/** When it came, ms since the epoch; undefined where nobody watched. */
	readonly at: number | undefined;
	readonly bytes: Buffer;
}

/** How lines are shown. */
export interface LogLook {
	/** The name of its service before each line. */
	readonly prefix: boolean;
	readonly timestamps: boolean;
	/** Colours of their own for the names. */
	readonly colour: boolean;
	/** For a terminal: control characters of the container are shown and not carried out, but for tabs and its colours. */
	readonly escape: boolean;
	/** The longest of the names that there will be. */
	readonly width: number;
	/** Those that have the first colours; the others in the order in which they come. */
	readonly names?: readonly string[];
}

const colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

/** What writes lines: the bytes of each as they are, or made harmless, with what goes before. */
export function logWriter({prefix, timestamps, colour, escape, width, names = []}: LogLook): (line: LogLine) => Buffer {
	const seen = [...names];
	const nameOf = (service: string): string => {
		if (!seen.includes(service)) seen.push(service);
		const text = `${service.padEnd(width)} | `;
		const code = colours[seen.indexOf(service) % colours.length] ?? 36;
		return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
	};
	const headOf = (service: string, at: number | undefined): Buffer => {
		const time = timestamps ? `${at === undefined ? '-'.padEnd(24) : new Date(at).toISOString()} ` : '';
		return Buffer.from(`${prefix ? nameOf(service) : ''}${time}`);
	};
	// Many lines come at the same time.
	let last: {readonly service: string; readonly at: number | undefined; readonly head: Buffer} | undefined;
	return ({service, at, bytes}) => {
		if (last?.service !== service || last.at !== at) last = {service, at, head: headOf(service, at)};
		const body = escape ? escaped(bytes, colour) : bytes;
		return last.head.length === 0 ? body : Buffer.concat([last.head, body]);
	};
}

/** Select Graphic Rendition: colours and weights, which move nothing; ECMA-48, 8.3.117. */
const rendition = /\u001b\[[0-9;:]{0,40}m/g;
const reset = '\u001b[0m';

function escaped(bytes: Buffer, colour: boolean): Buffer {
	const text = bytes.toString('utf8');
	const line = text.replace(/\r?\n$/, '');
	// Of what was written over itself the last is what a terminal would show.
	const last = line.split('\r').findLast(part => part !== '') ?? '';
	const marks = colour ? (last.match(rendition) ?? []) : [];
	const words = last.split(rendition).map((part, index) => escapeLines(part) + (marks[index] ?? ''));
	// What comes behind is not the container's.
	const end = marks.length === 0 ? '' : reset;
	return Buffer.from(`${words.join('')}${end}${text.length > line.length ? '\n' : ''}`);
}

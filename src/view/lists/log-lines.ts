import {escapeLines} from '../text/escape.ts';

/** One line of container output, with its line end; the last line may have none. */
export interface LogLine {
	readonly service: string;
	readonly stream: 'stdout' | 'stderr';
	/** Arrival time in ms since the epoch; undefined when no supervisor was running. */
	readonly at: number | undefined;
	readonly bytes: Buffer;
}

/** How lines are shown. */
export interface LogLook {
	/** Print the service's name before each line. */
	readonly prefix: boolean;
	readonly timestamps: boolean;
	/** Give each service name a color. */
	readonly colour: boolean;
	/** Escape control characters for a terminal; tabs and colors pass. */
	readonly escape: boolean;
	/** What stands before the lines of a service. They get the first colors; other services follow in order of appearance. */
	readonly names: ReadonlyMap<string, string>;
}

const colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

/** Makes a formatter of log lines. It returns a line's bytes, escaped if requested, after the requested prefix. */
export function logWriter({prefix, timestamps, colour, escape, names}: LogLook): (line: LogLine) => Buffer {
	const seen = [...names.keys()];
	const width = Math.max(0, ...[...names.values()].map(({length}) => length));
	const nameOf = (service: string): string => {
		if (!seen.includes(service)) seen.push(service);
		const text = `${(names.get(service) ?? service).padEnd(width)} | `;
		const code = colours[seen.indexOf(service) % colours.length] ?? 36;
		return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
	};
	const headOf = (service: string, at: number | undefined): Buffer => {
		const time = timestamps ? `${at === undefined ? '-'.padEnd(24) : new Date(at).toISOString()} ` : '';
		return Buffer.from(`${prefix ? nameOf(service) : ''}${time}`);
	};
	// Many lines share a service and a time, so the last prefix is cached.
	let last: {readonly service: string; readonly at: number | undefined; readonly head: Buffer} | undefined;
	return ({service, at, bytes}) => {
		if (last?.service !== service || last.at !== at) last = {service, at, head: headOf(service, at)};
		const body = escape ? escaped(bytes, colour) : bytes;
		return last.head.length === 0 ? body : Buffer.concat([last.head, body]);
	};
}

/** Select Graphic Rendition: colors and weights, which do not move the cursor; ECMA-48, 8.3.117. */
const rendition = /\u001b\[[0-9;:]{0,40}m/g;
const reset = '\u001b[0m';

function escaped(bytes: Buffer, colour: boolean): Buffer {
	const text = bytes.toString('utf8');
	const line = text.replace(/\r?\n$/, '');
	// A carriage return overwrites the line on a terminal, so only the text after the last one stays visible.
	const last = line.split('\r').findLast(part => part !== '') ?? '';
	const marks = colour ? (last.match(rendition) ?? []) : [];
	const words = last.split(rendition).map((part, index) => escapeLines(part) + (marks[index] ?? ''));
	// The container's color must not reach the text after its line.
	const end = marks.length === 0 ? '' : reset;
	return Buffer.from(`${words.join('')}${end}${text.length > line.length ? '\n' : ''}`);
}

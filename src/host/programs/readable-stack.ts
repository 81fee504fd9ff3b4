import {readFileSync} from 'node:fs';
import {SourceMap, type SourceMapPayload, type SourceOrigin} from 'node:module';
import {fileURLToPath} from 'node:url';

/** A frame in a file that may have a map: what is before its position, the file as a path or URL, line, column, the end. */
const frame = /^(\s+at .*?)((?:file:\/\/)?\/.+\.c?js):(\d+):(\d+)(\)?)$/;

/**
 * The stack of an error with the places in tsbox's bundles told as those in its sources, as `src/cli/main.ts:88:14`. The maps are
 * read for this alone: Node would read them at every start. A frame without a map is left as it is.
 *
 * @param stack - as V8 has it: the message, then a line for each frame
 */
export function readableStack(stack: string): string {
	const maps = new Map<string, SourceMap | undefined>();
	const mapOf = (file: string): SourceMap | undefined => {
		if (!maps.has(file)) maps.set(file, file === '' ? undefined : readMap(file));
		return maps.get(file);
	};
	// What a function is called is known where it is called: in the frame below.
	let name: string | undefined;
	const readable = (line: string): string => {
		const [, before = '', file = '', row = '', column = '', end = ''] = frame.exec(line) ?? [];
		const origin: Partial<SourceOrigin> = mapOf(file)?.findOrigin(Number(row), Number(column)) ?? {};
		const called = name;
		name = origin.name;
		if (origin.fileName === undefined) return line;
		const known = called === undefined ? before : before.replace(/[\w$]+(?= \($)/, () => called);
		return `${known}${origin.fileName.replace(/^(?:\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}${end}`;
	};
	return stack.split('\n').toReversed().map(readable).toReversed().join('\n');
}

function readMap(file: string): SourceMap | undefined {
	try {
		const path = file.startsWith('file:') ? fileURLToPath(file) : file;
		return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload);
	} catch {
		return undefined;
	}
}

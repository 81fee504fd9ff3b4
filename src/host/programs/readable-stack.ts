import {readFileSync} from 'node:fs';
import {SourceMap, type SourceMapPayload, type SourceOrigin} from 'node:module';
import {fileURLToPath} from 'node:url';
import {assetText} from '../files/asset-text.ts';

/**
 * A stack frame in a JavaScript file: text before, file as a path or URL, line, column, and text after. A script in the executable of
 * build-exe.mjs is `dist/NAME.cjs`.
 */
const frame = /^(\s+at .*?)((?:file:\/\/)?\/.+\.c?js|dist\/\w+\.cjs):(\d+):(\d+)(\)?)$/;

/**
 * Rewrites an error's stack from tsbox's bundles to its sources, as `src/cli/main.ts:88:14`. It reads the source maps only when
 * needed; Node itself would read them at every start. Frames without a map stay unchanged.
 *
 * @param stack - in V8's format: the message, then a line for each frame
 */
export function readableStack(stack: string): string {
	const maps = new Map<string, SourceMap | undefined>();
	const mapOf = (file: string): SourceMap | undefined => {
		if (!maps.has(file)) maps.set(file, file === '' ? undefined : readMap(file));
		return maps.get(file);
	};
	// The map names the called function at the call site, which is in the frame below.
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
		const text = path.startsWith('/') ? readFileSync(`${path}.map`, 'utf8') : assetText(`${path}.map`);
		return new SourceMap(JSON.parse(text) as SourceMapPayload);
	} catch {
		return undefined;
	}
}

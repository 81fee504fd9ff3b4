import type {SourceText} from '../../spec/syntax/source-text.ts';
import {dockerfileError} from './dockerfile-error.ts';
import type {PhysicalLine} from './physical-lines.ts';

/** What the comments at the top of a Dockerfile say about itself. */
export interface Directives {
	readonly escape: string;
	/** The frontend that `# syntax=` asks for. */
	readonly syntax?: string;
}

/** `# name = value`, at the start of a file before anything else. Source: Dockerfile reference, "Parser directives". */
const directive = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const known = ['syntax', 'escape', 'check'];

/** Frontends that read the language that tsbox reads, by name and tag. All tags of version 1 are within what is read here. */
const ownFrontend = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?::[\w.-]+)?$/;
const ownTag = /^(?:latest|labs|master|master-labs|1(?:[.-][\w.-]*)?)$/;

/** Reads the directives of a file. Throws E_DOCKERFILE for one that is given twice, a bad escape, and a frontend that is not Docker's. */
export function readDirectives(source: SourceText, lines: readonly PhysicalLine[]): Directives {
	const found = new Map<string, string>();
	for (const [index, line] of lines.entries()) {
		if (index === 0 && line.text.startsWith('#!')) continue;
		const [, written = '', value = ''] = directive.exec(line.text) ?? [];
		const name = written.toLowerCase();
		if (!known.includes(name)) break;
		const range = {start: line.offset, end: line.offset + line.text.length};
		if (found.has(name)) throw dockerfileError(source, range, `the directive \`${name}\` is given twice`);
		if (name === 'escape' && value !== '\\' && value !== '`') {
			throw dockerfileError(source, range, `the escape character is a backslash or a backtick, not \`${value}\``);
		}
		// BuildKit passes what follows a blank to the frontend.
		const frontend = value.split(' ')[0] ?? '';
		if (name === 'syntax' && !isOwn(frontend)) {
			throw dockerfileError(
				source,
				range,
				`the frontend \`${value}\` is a program that reads the file; tsbox reads the language of docker/dockerfile:1 itself`,
				'remove the line if the file is an ordinary Dockerfile',
			);
		}
		found.set(name, value);
	}
	const syntax = found.get('syntax');
	return {escape: found.get('escape') ?? '\\', ...(syntax !== undefined && {syntax})};
}

function isOwn(frontend: string): boolean {
	const name = frontend.replace(/@sha256:[0-9a-f]{64}$/, '');
	const [, tag = 'latest'] = /:(.*)$/.exec(name) ?? [];
	return ownFrontend.test(name) && ownTag.test(tag);
}

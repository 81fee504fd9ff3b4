import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const project = join(import.meta.dirname, '..');

/** The pages of the documentation, by their paths in the project; that of the README first. */
export const pages = ['README.md', ...markdownOf('docs')];

/** Those, the other pages at the top of the project, and those in the folders of docs/. */
export const linkedPages = [...markdownOf('.'), ...markdownOf('docs', true)];

function markdownOf(folder: string, recursive = false): readonly string[] {
	return readdirSync(join(project, folder), {recursive, encoding: 'utf8'})
		.filter(name => name.endsWith('.md'))
		.map(name => join(folder, name))
		.toSorted();
}

/** The text of a page. */
export const readPage = (page: string): string => readFileSync(join(project, page), 'utf8');

/** A fenced block of a page. */
export interface Block {
	/** `PAGE:LINE` of the fence. */
	readonly at: string;
	readonly language: string;
	/** What follows the language: the file that the block is, or why its commands are not run. */
	readonly info: string;
	readonly text: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
	const text = readPage(page);
	return [...text.matchAll(/^```(\S*)(?: ([^\n]*))?\n([\s\S]*?)^```$/gm)].map(match => {
		const [, language = '', info = '', lines = ''] = match;
		return {at: `${page}:${text.slice(0, match.index).split('\n').length}`, language, info, text: lines};
	});
}

/** Whether the tests run a block's commands: those that begin with `no-run:` say why not. */
export const isRun = ({language, info}: Block): boolean => language === 'sh' && !info.startsWith('no-run:');

/** The file that a block is; the commands of the page find it there. */
export const fileOf = ({language, info}: Block): string | undefined =>
	language !== 'sh' && info !== '' ? info : undefined;

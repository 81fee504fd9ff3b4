import {existsSync, readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {Ajv} from 'ajv';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import site from '../docs/.vitepress/config.ts';
import {allCommands} from '../src/cli/commands.ts';
import {blocksOf, fileOf, isRun, linkedPages, pages, readPage} from './docs-pages.ts';

const commands = await allCommands();

/* The README and docs/: test/system/readme.test.ts runs their commands. */

const project = join(import.meta.dirname, '..');
const verbs = commands.map(({name}) => name);
const blocks = pages.flatMap(blocksOf);

test('the README has less than 200 lines', () => {
	expect(readPage('README.md').split('\n').length).toBeLessThan(200);
});

test('docs/commands.md names every verb', () => {
	// In code: `tsbox ps`, or `ps` in a row of several.
	const spans = [...readPage('docs/commands.md').matchAll(/`(?:tsbox )?([a-z]+)[^`\n]*`/g)].map(([, verb]) => verb);
	expect(verbs.filter(name => !spans.includes(name))).toEqual([]);
});

test('the index, and the sidebar of the site, name every page', () => {
	const index = readPage('docs/README.md');
	const sidebar = JSON.stringify(site.themeConfig.sidebar);
	const others = pages.map(page => page.replace('.md', '')).filter(page => !page.endsWith('README'));
	expect(others.filter(page => !index.includes(`(${page.replace('docs/', '')}.md)`))).toEqual([]);
	expect(others.filter(page => !sidebar.includes(`"/${page}"`))).toEqual([]);
});

test.each(commands.map(({name, examples}) => ({name, lines: examples.map(([line]) => line)})))(
	'the help of $name has examples, all of them of that verb',
	({name, lines}) => {
		expect(lines).not.toEqual([]);
		expect(lines.filter(line => !line.includes(`tsbox ${name}`))).toEqual([]);
	},
);

test('each block says what it is, and why its commands are not run where they are not', () => {
	const known = ['sh', 'console', 'text', 'yaml', 'js'];
	const wrong = blocks.filter(block => {
		if (block.language === 'sh') return !isRun(block) ? !/^no-run: \S.{9,}$/.test(block.info) : block.info !== '';
		// Programs are files that the commands run.
		return !known.includes(block.language) || (block.language === 'js' && fileOf(block) === undefined);
	});
	expect(wrong.map(({at}) => at)).toEqual([]);
});

test('each verb in a block is one', () => {
	const aliases = ['hi'];
	const unknown = blocks
		.filter(({language}) => language === 'sh' || language === 'console')
		.flatMap(({at, text}) =>
			[...text.matchAll(/^(?:# |.*?(?:&& |-- |\| |\$\(|\bsudo ))?(?:[A-Z]+=\S+ )?(?:bin\/)?tsbox ([a-z]+)/gm)]
				.map(([, verb = '']) => verb)
				.filter(verb => !verbs.includes(verb) && !aliases.includes(verb))
				.map(verb => `${at}: ${verb}`),
		);
	expect(unknown).toEqual([]);
});

test('each block of YAML is a spec or a configuration', () => {
	const ajv = new Ajv({strict: false});
	const schema = (name: string) =>
		ajv.compile(JSON.parse(readFileSync(join(project, 'config/schema', name), 'utf8')) as object);
	const [spec, config] = [schema('tsbox.schema.json'), schema('tsbox-config.schema.json')];
	const wrong = blocks.filter(({language, text}) => {
		if (language !== 'yaml') return false;
		const value: unknown = parse(text);
		return !spec(value) && !spec({rootfs: 'host', ...(value as object)}) && !config(value);
	});
	expect(wrong.map(({at}) => at)).toEqual([]);
});

/** The anchors of a page's headings, as GitHub and the site make them. */
function anchorsOf(page: string): readonly string[] {
	const headings = [
		...readPage(page)
			.replaceAll(/^```[\s\S]*?^```$/gm, '')
			.matchAll(/^#+ (.*)$/gm),
	];
	return headings.map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);
}

test.each(linkedPages)('the links of %s lead somewhere', page => {
	const text = readPage(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
	const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
	const dead = links.filter(link => {
		if (/^https?:/.test(link)) return false;
		const [path = '', anchor] = link.split('#');
		const target = path === '' ? page : join(dirname(page), path);
		if (!existsSync(join(project, target))) return true;
		if (anchor === undefined) return false;
		return statSync(join(project, target)).isDirectory() || !anchorsOf(target).includes(anchor);
	});
	expect(dead).toEqual([]);
});

import {cpSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';

/*
 * `npm run docs` builds a site of the README, docs/ and the other pages at the top into docs/.vitepress/dist, with a search that needs no
 * network. VitePress stops at a dead link. `npm run docs -- dev` serves it while you write.
 */

const project = join(import.meta.dirname, '../..');

/** Links to pages of docs/, as the sidebar has them. */
const pages = (...rows: readonly (readonly [text: string, page: string])[]) =>
	rows.map(([text, page]) => ({text, link: `/docs/${page}`}));

/** The anchors that GitHub makes, so that a link holds in both places. */
const slugify = (heading: string): string =>
	heading
		.trim()
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
		.replaceAll(' ', '-');

/** As much of markdown-it as is used. */
interface Markdown {
	readonly renderer: {readonly rules: Record<string, Rule | undefined>};
}
type Rule = (
	tokens: readonly {attrGet(name: string): string | null; attrSet(name: string, value: string): void}[],
	index: number,
	options: object,
	env: {readonly relativePath: string},
	self: {renderToken(tokens: readonly object[], index: number, options: object): string},
) => string;

/** Files of the project that pages link to, and that are no pages themselves. */
const linked = new Set<string>();

/** A link to such a file opens the file, which is copied into the site. */
function openFiles({renderer}: Markdown): void {
	const before = renderer.rules['link_open'];
	renderer.rules['link_open'] = (tokens, index, options, env, self) => {
		const link = tokens[index];
		const path = join(dirname(env.relativePath), link?.attrGet('href')?.replace(/#.*/, '') ?? '');
		if (!path.endsWith('.md') && statSync(join(project, path), {throwIfNoEntry: false})?.isFile()) {
			linked.add(path);
			link?.attrSet('target', '_blank');
		}
		return before?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
	};
}

export default {
	title: 'tsbox',
	description: 'Containers you can read',
	srcDir: '../',
	srcExclude: ['**/node_modules/**', 'fixtures/**', 'test/**', 'src/**', 'dist/**', 'api/**', '.*/**'],
	rewrites: {'README.md': 'index.md', 'docs/README.md': 'docs/index.md'},
	// Folders of the project are no pages; test/readme.test.ts sees that they are there.
	ignoreDeadLinks: [/\/(?:config|src|test)\//],
	markdown: {anchor: {slugify}, config: openFiles},
	themeConfig: {
		search: {provider: 'local'},
		outline: [2, 3],
		sidebar: [
			{text: 'tsbox', link: '/'},
			{
				text: 'Start',
				items: pages(
					['Installation', 'installation'],
					['Learn', 'learn'],
					['The lessons', 'lessons'],
					['From docker to tsbox', 'from-docker'],
					['Troubleshooting', 'troubleshooting'],
					['Debugging', 'debugging'],
					['Glossary', 'glossary'],
				),
			},
			{
				text: 'Run',
				items: pages(
					['Commands', 'commands'],
					['Services', 'services'],
					['Images', 'images'],
					['Builds', 'builds'],
					['Engines', 'engines'],
					['Docker Swarm', 'swarm'],
					['Slurm', 'slurm'],
					['Networks', 'networks'],
					['Other runtimes and clusters', 'export'],
					['Named volumes and profiles', 'volumes'],
					['The dashboard', 'dashboard'],
				),
			},
			{
				text: 'Repeat',
				items: pages(['Lock files', 'lock-files'], ['Records', 'records'], ['Reproducible runs', 'reproducible']),
			},
			{
				text: 'Trust',
				items: [
					...pages(['Guarantees', 'guarantees'], ['Hardening', 'hardening'], ['Rootless', 'rootless']),
					{text: 'Security', link: '/SECURITY'},
				],
			},
			{
				text: 'Reference',
				items: pages(
					['Spec', 'spec'],
					['Compose files', 'compose'],
					['Every step', 'steps'],
					['Configuration', 'configuration'],
					['Library', 'library'],
					['Exit codes', 'exit-codes'],
					['Performance', 'performance'],
				),
			},
			{
				text: 'Inside',
				items: [
					{text: 'Architecture', link: '/ARCHITECTURE'},
					{text: 'Decisions', link: '/docs/decisions/README'},
					{text: 'Contributing', link: '/CONTRIBUTING'},
				],
			},
		],
	},
	buildEnd: ({outDir}: {readonly outDir: string}) => {
		for (const path of linked) cpSync(join(project, path), join(outDir, path));
	},
};

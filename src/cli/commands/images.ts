import {type ImagesAction, imagesOptions, type ImagesValues} from '../images/action.ts';
import {usageError} from '../options/usage-error.ts';
import {defineCommand} from '../verb/command.ts';

const many = Number.POSITIVE_INFINITY;

/** What `tsbox images` can do, by the word behind it. */
const actions: Readonly<Record<string, ImagesAction>> = {
	ls: {
		takes: '',
		least: 0,
		most: 0,
		options: ['quiet', 'digests', 'no-trunc', 'json', 'format'],
		load: async () => (await import('../images/list.ts')).list,
	},
	pull: {
		takes: 'NAME...',
		least: 1,
		most: many,
		options: ['quiet', 'platform'],
		load: async () => (await import('../images/pull.ts')).pull,
	},
	rm: {
		takes: 'NAME|DIGEST...',
		least: 1,
		most: many,
		options: [],
		load: async () => (await import('../images/remove.ts')).remove,
	},
	prune: {
		takes: '',
		least: 0,
		most: 0,
		options: ['all', 'build-cache', 'older', 'keep-size', 'json'],
		load: async () => (await import('../images/prune.ts')).prune,
	},
	inspect: {
		takes: 'NAME|DIGEST',
		least: 1,
		most: 1,
		options: ['json', 'format'],
		load: async () => (await import('../images/inspect.ts')).inspect,
	},
	history: {
		takes: 'NAME|DIGEST',
		least: 1,
		most: 1,
		options: ['quiet', 'no-trunc', 'json', 'format'],
		load: async () => (await import('../images/history.ts')).history,
	},
	tree: {
		takes: 'NAME|DIGEST',
		least: 1,
		most: 1,
		options: ['depth', 'json'],
		load: async () => (await import('../images/tree.ts')).tree,
	},
	diff: {
		takes: 'NAME|DIGEST NAME|DIGEST|CONTAINER',
		least: 2,
		most: 2,
		options: ['json'],
		load: async () => (await import('../images/diff.ts')).diff,
	},
	tag: {
		takes: 'NAME|DIGEST NEW-NAME',
		least: 2,
		most: 2,
		options: [],
		load: async () => (await import('../images/tag.ts')).tag,
	},
	outdated: {
		takes: '[NAME...]',
		least: 0,
		most: many,
		options: ['quiet', 'json', 'format'],
		load: async () => (await import('../images/outdated.ts')).outdated,
	},
	push: {
		takes: 'NAME|DIGEST [NAME-THERE]',
		least: 1,
		most: 2,
		options: ['quiet'],
		load: async () => (await import('../images/push.ts')).push,
	},
	save: {
		takes: 'NAME|DIGEST...',
		least: 1,
		most: many,
		options: ['output', 'format'],
		load: async () => (await import('../images/save.ts')).save,
	},
	load: {
		takes: '[FILE]',
		least: 0,
		most: 1,
		options: ['input', 'quiet'],
		load: async () => (await import('../images/load.ts')).load,
	},
	import: {
		takes: 'FILE|- NAME',
		least: 2,
		most: 2,
		options: ['change', 'platform', 'quiet'],
		load: async () => (await import('../images/import.ts')).importTar,
	},
	export: {
		takes: 'NAME|DIGEST [FILE|-]',
		least: 1,
		most: 2,
		options: [],
		load: async () => (await import('../images/export.ts')).exportTar,
	},
};

/** `tsbox images`: manages the images and the unpacked archives in the store. */
export const images = defineCommand({
	name: 'images',
	describe: 'List, pull, push, inspect, copy, and remove images and unpacked archives',
	examples: [
		['tsbox images', 'a table'],
		["tsbox images --format '{{.Name}} {{.Digest}} {{.Bytes}}'", 'chosen fields'],
		['tsbox images pull nginx:1.27 ghcr.io/owner/app:2', 'fetch and unpack; an interrupted pull goes on'],
		['tsbox images history nginx:1.27', 'the command that made each layer'],
		['tsbox images tree nginx:1.27', 'what each layer adds, changes, and removes, and what of it is wasted'],
		['tsbox images diff web:1 web:2', 'files added, changed, and removed'],
		['tsbox images inspect --json nginx:1.27', 'manifest, configuration, layers, and users'],
		['tsbox images tag nginx:1.27 localhost:5000/web:1', 'another name'],
		['tsbox images outdated', 'the tags that point to another image by now; exit status 1 if there are any'],
		['tsbox images push web:1 ghcr.io/owner/web:1', 'the same bytes, the same digests'],
		['tsbox images save -o web.tar web:1', 'an archive for `docker load` and `tsbox images load -i`'],
		[`tsbox images import -c 'CMD ["sh"]' rootfs.tar base:1`, 'a tar of files becomes an image'],
		['tsbox images export web:1 - | tar -t', 'all its files as a tar'],
		['tsbox images rm nginx:1.27 1f0a9c3e7b21', 'by name or by digest'],
		['tsbox images prune', 'images without a name, and archives, that no container uses'],
		['tsbox images prune --all --older 30d', 'all that no container uses and that came more than 30 days ago'],
		['tsbox images prune --build-cache', 'what only later builds would use'],
	],
	options: imagesOptions,
	positionals: [
		{
			name: 'ACTION',
			describe: `${Object.keys(actions).join(', ')}; default ls`,
			choices: Object.keys(actions),
			completes: 'none',
		},
		{name: 'IMAGE', describe: 'Names, digests, or files', many: true, completes: 'image'},
	],
	async run({values, positionals: [word = 'ls', ...words]}, context) {
		const action = actions[word];
		if (action === undefined) throw usageError(`images has no action ${word}`, undefined, 'images');
		refuse(values, word, action);
		if (words.length < action.least) throw usageError(`images ${word} needs ${action.takes}`, undefined, 'images');
		if (words.length > action.most)
			throw usageError(
				`images ${word} takes ${action.takes === '' ? 'no argument' : action.takes}`,
				undefined,
				'images',
			);
		const run = await action.load();
		return run(values, words, context);
	},
});

/** Refuses options of other actions. */
function refuse(values: ImagesValues, word: string, {options}: ImagesAction): void {
	for (const name of Object.keys(imagesOptions) as (keyof ImagesValues)[]) {
		const value = values[name];
		const isSet = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
		if (!isSet || options.includes(name)) continue;
		const takers = Object.keys(actions).filter(each => actions[each]?.options.includes(name) === true);
		throw usageError(`images ${word} takes no --${name}; ${takers.join(', ')} does`, undefined, 'images');
	}
}

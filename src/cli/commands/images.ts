import {type Context, defineCommand} from '../verb/command.ts';
import {formatOption, rowsBy} from '../options/format-option.ts';
import {lookOf} from '../output/look-of.ts';
import {usageError} from '../options/usage-error.ts';
import {jsonText} from '../../view/text/json.ts';
import {jsonOption} from '../options/arguments.ts';

/** `tsbox images`: manages the root filesystems in the store. */
export const images = defineCommand({
	name: 'images',
	describe: 'List, remove, or prune unpacked root filesystems',
	examples: [
		['tsbox images', 'a table'],
		["tsbox images --format '{{.Digest}} {{.Bytes}}'", 'chosen fields'],
		['tsbox images rm 1f0a9c3e7b21', 'one, by its digest or a prefix'],
		['tsbox images prune', 'all that no container uses'],
	],
	options: {
		quiet: {kind: 'flag', short: 'q', describe: 'Print only digests'},
		...jsonOption,
		...formatOption,
	},
	positionals: [
		{name: 'ACTION', describe: 'ls, rm, or prune; default ls', choices: ['ls', 'rm', 'prune'], completes: 'none'},
		{name: 'DIGEST', describe: 'Images to remove', many: true, completes: 'none'},
	],
	async run({values, positionals: [action = 'ls', ...digests]}, context) {
		if (action === 'rm') return remove(digests, context);
		if (digests.length > 0) throw usageError(`images ${action} takes no digest`, undefined, 'images');
		return action === 'prune' ? prune(context) : list(values, context);
	},
});

/** Has every field, to check a template before there is an image. */
const noImage = {digest: '', root: 0, archive: '', bytes: 0, entries: 0, created: 0, usedBy: []};

async function list(
	values: {readonly quiet: boolean; readonly json: boolean; readonly format: string | undefined},
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	const rows = await engine.listImages(await engine.openMachine(folders));
	const {format = 'table'} = values;
	if (values.json || format === 'json') io.out(jsonText(rows, 2));
	else if (values.quiet) io.out(rows.map(({digest}) => `${digest}\n`).join(''));
	else if (format !== 'table')
		io.out(
			await rowsBy(
				format,
				rows.map(row => ({root: 0, ...row})),
				noImage,
			),
		);
	else {
		const {imagesTable} = await import('../../view/lists/images-table.ts');
		io.out(imagesTable(rows, io.now(), await lookOf(io, 'stdout', rows)));
	}
	return 0;
}

async function remove(digests: readonly string[], {io, engine, folders}: Context): Promise<number> {
	if (digests.length === 0) throw usageError('images rm needs a DIGEST', undefined, 'images');
	const machine = await engine.openMachine(folders);
	for (const digest of digests) {
		await engine.removeImage(machine, digest);
		io.out(`${digest}\n`);
	}
	return 0;
}

async function prune({io, engine, folders}: Context): Promise<number> {
	const removed = await engine.pruneImages(await engine.openMachine(folders));
	io.out(removed.map(digest => `${digest}\n`).join(''));
	return 0;
}

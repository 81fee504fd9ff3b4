import {lookOf} from '../output/look-of.ts';
import {rowsBy} from '../options/format-option.ts';
import {jsonText} from '../../view/text/json.ts';
import type {ImageSummary} from '../../container/images/list-images.ts';
import type {RunAction} from './action.ts';

/** Has every field, to check a template before there is an image. */
const noImage: ImageSummary = {
	kind: 'image',
	name: '',
	digest: '',
	tagDigest: '',
	root: 0,
	archive: '',
	bytes: 0,
	entries: 0,
	created: 0,
	pulled: 0,
	usedBy: [],
};

/** `tsbox images ls`. */
export const list: RunAction = async (values, _words, {io, engine, folders}) => {
	const rows = await engine.listImages(await engine.openMachine(folders));
	const {format = 'table'} = values;
	if (values.json || format === 'json') io.out(jsonText(rows, 2));
	else if (values.quiet) io.out([...new Set(rows.map(({digest}) => digest))].map(digest => `${digest}\n`).join(''));
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
		const look = await lookOf(io, 'stdout', rows);
		io.out(imagesTable(rows, io.now(), {...look, whole: values['no-trunc'], tagDigests: values.digests}));
	}
	return 0;
};

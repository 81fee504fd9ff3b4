import {bytes} from '../../spec/values/bytes.ts';
import {parseAge} from '../../spec/values/duration.ts';
import {parseSize} from '../../spec/values/size.ts';
import type {Parsed} from '../../spec/model/parsed.ts';
import {jsonText} from '../../view/text/json.ts';
import {usageError} from '../options/usage-error.ts';
import type {RunAction} from './action.ts';

/** `tsbox images prune`. */
export const prune: RunAction = async (values, _words, {io, engine, folders}) => {
	const read = <T>(name: 'older' | 'keep-size', parse: (text: string) => Parsed<T>): T | undefined => {
		const text = values[name];
		const parsed = text === undefined ? undefined : parse(text);
		if (parsed?.ok === false) throw usageError(`--${name} ${parsed.problem}`, undefined, 'images');
		return parsed?.value;
	};
	const options = {all: values.all, olderMs: read('older', parseAge), keepBytes: read('keep-size', parseSize)};
	const pruned = await engine.pruneStore(await engine.openMachine(folders), options);
	if (values.json) {
		io.out(jsonText(pruned, 2));
		return 0;
	}
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	for (const {names, digest} of pruned.removed)
		io.out(`${digest}${names.length === 0 ? '' : ` ${names.map(name => imageTitle(name, true)).join(' ')}`}\n`);
	io.err(`freed ${bytes(pruned.bytes)}\n`);
	return 0;
};

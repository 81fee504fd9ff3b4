import {bytes} from '../../spec/values/bytes.ts';
import {parseAge} from '../../spec/values/duration.ts';
import {parseSize} from '../../spec/values/size.ts';
import type {Parsed} from '../../spec/model/parsed.ts';
import {jsonText} from '../../view/text/json.ts';
import {escapeText} from '../../view/text/escape.ts';
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
	const machine = await engine.openMachine(folders);
	const pruned = await (values['build-cache'] ? engine.pruneBuildCache : engine.pruneStore)(machine, options);
	if (values.json) {
		io.out(jsonText(pruned, 2));
		return 0;
	}
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	for (const {kind, names, digest} of pruned.removed) {
		const titles = names.map(name => (kind === 'row' || kind === 'mount' ? escapeText(name) : imageTitle(name, true)));
		io.out(`${[digest, ...titles].join(' ')}\n`);
	}
	io.err(`freed ${bytes(pruned.bytes)}\n`);
	if (pruned.cached > 0 && !values['build-cache'])
		io.err(`${bytes(pruned.cached)} are kept for later builds; \`tsbox images prune --build-cache\` frees them\n`);
	return 0;
};

import {didYouMean} from '../../errors/did-you-mean.ts';
import type {OtherContainer} from '../model/namespace-mode.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {parseName} from '../values/container-name.ts';

/**
 * Returns a parser of a key that says whose namespace a container is in: one of the words, `service:NAME`, or `container:NAME`.
 *
 * @param otherwise - the hint for a word that is close to none of them
 */
export function namespaceModeParser<const W extends string>(
	words: readonly W[],
	otherwise?: (text: string) => string,
): (text: string) => Parsed<W | OtherContainer> {
	return text => {
		const word = words.find(each => each === text);
		if (word !== undefined) return good(word);
		const [, from, name = ''] = /^(service|container):(.*)$/s.exec(text) ?? [];
		if (from === 'service' && name !== '') return good({service: name});
		if (from === 'container') {
			const parsed = parseName(name);
			return parsed.ok ? good({container: parsed.value}) : bad(`names a container that ${parsed.problem}`, parsed.hint);
		}
		const near = didYouMean(text, words);
		const known = [...words, 'service:NAME', 'container:NAME'].map(each => `\`${each}\``);
		return bad(
			`must be ${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''}, not ${quoted(text)}`,
			near === undefined ? otherwise?.(text) : `did you mean \`${near}\`?`,
		);
	};
}

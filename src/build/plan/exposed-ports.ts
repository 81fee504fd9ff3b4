import {bad, good, type Parsed, quoted} from '../../spec/model/parsed.ts';

/** The ports of a word of EXPOSE, as an image has them: `80` and `80-81/udp` give `80/tcp` and `80/udp`, `81/udp`. */
export function readExposed(word: string): Parsed<readonly string[]> {
	const [, first = '', last, protocol = 'tcp'] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/([a-zA-Z]+))?$/.exec(word) ?? [];
	const low = Number(first);
	const high = Number(last ?? first);
	const kind = protocol.toLowerCase();
	if (first === '' || low < 1 || high > 65_535 || high < low || !['tcp', 'udp', 'sctp'].includes(kind)) {
		const hint = word.includes(':') ? 'ports of the host are published when the container is started' : undefined;
		return bad(`must have ports such as \`80\`, \`8000-8010\` or \`53/udp\`, not ${quoted(word)}`, hint);
	}
	return good(Array.from({length: high - low + 1}, (_, index) => `${low + index}/${kind}`));
}

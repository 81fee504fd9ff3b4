import {escapeText} from '../../view/text/escape.ts';
import {wrapWords} from '../../view/text/wrap.ts';
import {type Frame, type Line, type Span, span, type Tone} from '../draw/line.ts';

/** Prose with its code, which stands between backticks, in another tone. Line ends stay. */
export function proseLines(text: string, tone: Tone, {columns, width}: Frame): readonly Line[] {
	let isCode = false;
	return escapeProse(text).flatMap(paragraph =>
		(paragraph.trim() === '' ? [''] : wrapWords(paragraph, columns, width)).map(
			(row): Line =>
				row.split(/(`)/).flatMap((part): readonly Span[] => {
					if (part !== '`') return part === '' ? [] : [span(part, isCode ? 'command' : tone)];
					isCode = !isCode;
					return [span(part, 'quiet')];
				}),
		),
	);
}

function escapeProse(text: string): readonly string[] {
	return text.split('\n').map(escapeText);
}

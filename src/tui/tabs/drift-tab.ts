import type {Drift} from '../../container/machine/observed.ts';
import {plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {wrapWords} from '../../view/text/wrap.ts';
import {type Body, type Frame, type Line, line, span, type Tone} from '../draw/line.ts';

/**
 * Shows whether the kernel still matches the plan, each difference with its step, and the checks that are impossible
 * from outside.
 */
export function driftTab({differences, checked, unchecked}: Drift, frame: Frame): Body {
	const {glyphs} = frame;
	const verdict =
		differences.length > 0
			? line(
					`${glyphs.failed} ${differences.length} of ${plural(checked, 'check')} ${differences.length === 1 ? 'no longer agrees' : 'no longer agree'}`,
					'failed',
				)
			: checked === 0
				? line(`${glyphs.waiting} nothing was checked`, 'quiet')
				: line(`${glyphs.done} ${checked === 1 ? 'the one check agrees' : `all ${checked} checks agree`}`, 'ok');
	const found = differences.flatMap(({title, problem}): readonly Line[] => [
		[],
		[span(`${glyphs.failed} `, 'failed'), span(escapeText(title), 'strong')],
		...paragraph(problem, '  ', 'failed', frame),
	]);
	const rest =
		unchecked.length === 0
			? []
			: [
					[],
					line('not checked, because it is not seen from outside', 'title'),
					...unchecked.flatMap(words => paragraph(words, `${glyphs.waiting} `, 'quiet', frame)),
				];
	return {lines: [verdict, ...found, ...rest]};
}

/** Wraps a text. Its first line starts with `lead`, which is two columns wide. */
function paragraph(words: string, lead: string, tone: Tone, {columns, width}: Frame): readonly Line[] {
	return wrapWords(escapeText(words), Math.max(20, columns - 2), width).map((text, index) =>
		line(`${index === 0 ? lead : '  '}${text}`, tone),
	);
}

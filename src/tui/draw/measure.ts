import stringWidth from 'string-width';
import type {Measure} from '../../view/text/look.ts';

/**
 * Signs, letters and lines of one column each, whatever stands beside them: what the dashboard draws by itself. To ask
 * string-width for the first time takes 40 ms, as V8 makes an automaton of all emoji.
 */
const narrow =
	/^[\x20-\x7e\xae-\u02ff\u0400-\u0481\u2010-\u2027\u2190-\u2319\u2500-\u25fc\u270c-\u2727\u2800-\u28ff]*$/;

/** How wide a text is on a terminal, in columns; the same as string-width says. */
export const measure: Measure = text => (narrow.test(text) ? text.length : stringWidth(text));

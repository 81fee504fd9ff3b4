import type {Measure} from '../../view/text/look.ts';
import {parsePattern} from './log-pattern.ts';
import type {FeedLine} from '../../project/logs/line-ring.ts';
import type {LogSource} from './log-source.ts';
import type {LogState} from './log-state.ts';
import {shownText} from './log-text.ts';

/** All lines that a log shows, not only those in sight, as text for a file; control characters are made harmless there too. */
export function wholeLog(
	state: LogState,
	source: LogSource,
	width: Measure,
): {readonly text: string; readonly lines: number} {
	const filter = parsePattern(state.filter);
	const kept: string[] = [];
	for (let at = 0; at < source.count(); at++) {
		const line = source.at(at);
		const text = line.kind === 'line' ? shownText(line.text, width) : `[${line.bytes} bytes were not read]`;
		if (filter.kind === 'pattern' && line.kind === 'line' && !filter.pattern.isIn(text)) continue;
		kept.push(`${headOf(line, state)}${text}\n`);
	}
	return {text: kept.join(''), lines: kept.length};
}

function headOf(line: FeedLine, {services, timestamps}: LogState): string {
	const at = line.kind === 'line' && line.at !== undefined ? new Date(line.at).toISOString() : '-';
	return `${services.length > 1 ? `${line.service} | ` : ''}${timestamps ? `${at} ` : ''}`;
}

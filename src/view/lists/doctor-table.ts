import type {Finding} from '../../host/diagnose/finding.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {type Cell, table} from '../text/table.ts';
import type {Theme} from '../text/theme.ts';
import {wrapWords} from '../text/wrap.ts';

/** One line per finding, then for each missing thing its consequence and the command that fixes it. */
export function doctorTable(findings: readonly Finding[], look: Look): string {
	const {theme, width} = look;
	const rows = findings.map((finding, index): readonly (string | Cell)[] => [
		{text: findings[index - 1]?.area === finding.area ? '' : finding.area, style: theme.strong},
		escapeText(finding.subject),
		{text: finding.state, style: stateStyle(finding, theme)},
		escapeText(finding.found),
	]);
	const missing = findings.filter(({state}) => state !== 'ok');
	const verdict = findings.some(({state}) => state === 'missing')
		? theme.failed('containers cannot be started on this host')
		: theme.ok('containers can be started on this host');
	return `${table(rows, width)}${missing.map(finding => remedy(finding, look)).join('')}\n${verdict}\n`;
}

function stateStyle({state}: Finding, theme: Theme): (text: string) => string {
	return {ok: theme.ok, warn: theme.warning, missing: theme.failed}[state];
}

function remedy(finding: Finding, {theme, columns, width}: Look): string {
	const without = wrapWords(escapeText(finding.without), columns - 2, width).map(line => `  ${line}\n`);
	const hint = finding.hint === null ? '' : `  ${theme.quiet('#')} ${theme.command(escapeText(finding.hint))}\n`;
	return `\n${stateStyle(finding, theme)(finding.state)} ${escapeText(finding.subject)}\n${without.join('')}${hint}`;
}

import type {RunRecord, RunStep} from '../../records/run-record.ts';
import type {ShownLog, ShownRun} from '../../records/show-run.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration} from '../text/duration.ts';
import {escapeHtml} from '../text/html.ts';
import {fileWords, imageWords, instanceWords, usageWords} from './run-text.ts';
import {plotSvg} from './plot-svg.ts';
import {runOutcome} from './runs-table.ts';
import {scrubber, scrubberStyle} from './scrubber-html.ts';
import {usagePlots} from './usage-plots.ts';

const style = `:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#5b6570;--line:#d8dde3;--done:#2f7d4f;--failed:#b3261e;--undone:#8a6d00}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e7ea;--dim:#98a2ad;--line:#30363d;--done:#6cc491;--failed:#ff8a80;--undone:#e0c060}}
body{background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1,h2{font-weight:600;line-height:1.2}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
pre,code{font:13px/1.45 ui-monospace,monospace}td code{white-space:pre-wrap}td small{display:block;color:var(--dim)}pre{overflow:auto;max-height:40rem;border:1px solid var(--line);padding:.6rem}
svg{width:100%;height:auto}svg text{fill:var(--fg);font:11px ui-monospace,monospace}.done{fill:var(--done)}.failed{fill:var(--failed)}.undone{fill:var(--undone)}
figure{margin:1rem 0}figcaption{color:var(--dim)}.grid{stroke:var(--line)}.line{stroke:var(--done);stroke-width:1.5;fill:none}.area{fill:var(--done);opacity:.15}
.steps td:nth-child(-n+2),.steps th{white-space:nowrap}.steps td:nth-child(3){min-width:14rem}
.timeline td{border:0;padding:0 .6rem 0 0;line-height:1.3}.timeline td:first-child{width:45%}.timeline svg{height:.7rem;display:block;margin-top:.25rem}
${scrubberStyle}
@media (max-width:45rem){.steps,.steps tbody,.steps tr,.steps td{display:block}.steps th{display:none}.steps td{border:0}.steps tr{border-bottom:1px solid var(--line)}}
td.failed{color:var(--failed)}td.undone{color:var(--undone)}`;

/** Width of the timeline's bars, in units of the drawing. */
const barsWidth = 600;

/** The CSS class of a status. An imported record may hold any text, so unknown statuses get no class of their own. */
function classOf(status: string | null): string {
	return status === 'failed' || status === 'undone' ? status : 'done';
}

/** A bar for each step that was reached, placed by its start and as long as it took. */
function timeline(steps: readonly RunStep[]): string {
	const shown = steps.flatMap(({startedAt, ms, title, status}) =>
		typeof startedAt === 'number' ? [{startedAt, ms: typeof ms === 'number' ? ms : 0, title, status}] : [],
	);
	if (shown.length === 0) return '<p>No step was reached.</p>';
	const from = Math.min(...shown.map(({startedAt}) => startedAt));
	const span = Math.max(1, ...shown.map(({startedAt, ms}) => startedAt + ms - from));
	const bars = shown.map(({startedAt, ms, title, status}) => {
		const width = Math.max(2, (ms / span) * barsWidth);
		const x = Math.min(barsWidth - width, ((startedAt - from) / span) * barsWidth);
		const bar = `<rect class="${classOf(status)}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="10"/>`;
		return [
			`<td>${escapeHtml(title)}</td>`,
			`<td><svg viewBox="0 0 ${barsWidth} 10" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(duration(ms))}"><title>${escapeHtml(duration(ms))}</title>${bar}</svg></td>`,
		];
	});
	return `<table class="timeline">${rows(bars)}</table>`;
}

function rows(cells: readonly (readonly string[])[]): string {
	return cells.map(row => `<tr>${row.join('')}</tr>`).join('\n');
}

const cell = (text: string): string => `<td>${escapeHtml(text)}</td>`;
const code = (text: string): string => `<td><code>${escapeHtml(text)}</code></td>`;

function stepsTable(steps: readonly RunStep[]): string {
	const body = steps.map(({status, ms, title, command, output, why = ''}) => [
		`<td class="${classOf(status)}">${escapeHtml(status ?? '-')}</td>`,
		cell(typeof ms === 'number' ? duration(ms) : '-'),
		`<td>${escapeHtml(title)}${why === '' ? '' : `<small>${escapeHtml(why)}</small>`}${output === '' ? '' : `<pre>${escapeHtml(output)}</pre>`}</td>`,
		code(command),
	]);
	return `<table class="steps"><tr><th>Step</th><th>Took</th><th>What</th><th>Command</th></tr>\n${rows(body)}</table>`;
}

/** Plots of CPU, memory, and disks over time. A value that was not measured or stayed 0 has no plot. */
function plots({samples = [], commandStartedAt, usage}: RunRecord): string {
	const from = commandStartedAt ?? samples[0]?.at ?? 0;
	const shown = usagePlots(samples, from, usage?.memoryPeak ?? null);
	if (shown.length === 0) return '';
	const figures = shown.map(
		plot => `<figure><figcaption>${escapeHtml(plot.title)}</figcaption>${plotSvg(plot)}</figure>`,
	);
	return `<h2>Resource usage</h2>\n${figures.join('\n')}`;
}

function log(name: string, {text, size, skipped}: ShownLog): string {
	const before = skipped === 0 ? '' : ', of which this is the end';
	return `<h2>${name}</h2>${size === 0 ? '<p>No output.</p>' : `<p>${bytes(size)}${before}</p><pre>${escapeHtml(text)}</pre>`}`;
}

function facts({run}: ShownRun): readonly (readonly [string, string])[] {
	return [
		...(run.parent === undefined ? [] : [['Replays', run.parent] as const]),
		['Outcome', runOutcome(run)],
		...(run.error?.why === undefined ? [] : [['Cause', run.error.why] as const]),
		['Container', run.name],
		...(run.detached === undefined ? [] : [['Service', instanceWords(run.detached)] as const]),
		...(run.node === undefined ? [] : [['Node', run.node] as const]),
		...(run.engine === undefined ? [] : [['Engine', run.engine] as const]),
		['Spec', run.spec],
		...(run.lock === undefined ? [] : [['Lock', run.lock] as const]),
		['Command', run.command.join(' ')],
		['Image', imageWords(run.image)],
		['Started', new Date(run.startedAt).toISOString()],
		['Took', duration(run.endedAt - run.startedAt)],
		['Used', usageWords(run.usage)],
		...run.warnings.map(text => ['Warning', text] as const),
	];
}

/**
 * A run record as one self-contained HTML page without scripts or network access. All text from the record is escaped, and
 * the page's content security policy blocks scripts and loads.
 */
export function runPage(shown: ShownRun): string {
	const {run, files, logs} = shown;
	const list = facts(shown).map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`);
	const changed = files.map(file => [cell(file.change), code(file.path), cell(fileWords(file))]);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(`${run.name}, run ${run.id}`)}</title>
<style>
${style}
</style>
</head>
<body>
<h1>${escapeHtml(run.name)}, run <code>${escapeHtml(run.id)}</code></h1>
<dl>${list.join('\n')}</dl>
<h2>Steps of the start</h2>
${timeline(run.steps)}
${scrubber(shown)}
<h2>All steps</h2>
${stepsTable(run.steps)}
${plots(run)}
<h2>Files written</h2>
${files.length === 0 ? '<p>No file differs from the image.</p>' : `<table><tr><th></th><th>Path</th><th>Content</th></tr>\n${rows(changed)}</table>`}
${log('Standard output', logs.stdout)}
${log('Standard error', logs.stderr)}
</body>
</html>
`;
}

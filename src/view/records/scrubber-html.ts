import type {ShownRun} from '../../records/show-run.ts';
import {changeLines, snapshotLines} from '../plan/snapshot-lines.ts';
import {duration} from '../text/duration.ts';
import {escapeHtml} from '../text/html.ts';
import type {Look} from '../text/look.ts';
import {theme} from '../text/theme.ts';
import {type StepView, stepViews} from './step-views.ts';

/**
 * The style of {@link scrubber}: one radio button a step is a cell of the bar, and the step of the checked one is shown. The browser
 * moves from one to the next with the arrow keys. Without styles, and on paper, all steps are shown one after another.
 */
export const scrubberStyle = `.scrub{display:flex;flex-wrap:wrap;gap:2px;border:0;margin:1rem 0;padding:0}.scrub legend{color:var(--dim);padding:0}
.scrub section{order:1;flex-basis:100%;min-width:0}.scrub h3,.scrub h4{font-size:1rem;margin:.6rem 0}.scrub h4{font-weight:400;color:var(--dim)}.scrub p{margin:.4rem 0}
.scrub pre{margin:.4rem 0;max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}@media screen{.scrub .kernel{max-height:26rem}}.scrub mark{background:none;color:var(--done);font-weight:600}
.scrub label{display:inline-block;border:1px solid var(--line);border-radius:.3rem;padding:.1rem .7rem;margin-right:.4rem;cursor:pointer}
.plus{color:var(--done)}.minus{color:var(--failed)}.other{color:var(--undone)}
@media screen{.scrub input{appearance:none;order:0;flex:1;min-width:2px;height:1.3rem;margin:0;cursor:pointer;background:var(--line)}
.scrub input.changed{background:var(--done)}.scrub input:checked{outline:3px solid var(--fg);outline-offset:1px}.scrub input:focus-visible{outline-color:var(--undone)}
.scrub section{display:none}.scrub input:checked+section{display:block}}
@media print{.scrub input,.scrub label{display:none}}`;

/** Columns to which the texts are wrapped; the page wraps them again where it is narrower. */
const look: Look = {columns: 110, theme: theme(false), width: text => text.length};

/** The steps of a start, one at a time, with what the kernel showed after each; empty for a record without snapshots. */
export function scrubber(shown: ShownRun): string {
	if (shown.snapshots.length === 0) return '';
	const views = stepViews(shown);
	const steps = views.map((view, index) => stepOf(view, index, views.length));
	return `<h2>Step by step</h2>
<fieldset class="scrub"><legend>What the kernel showed after each step. Green steps changed something. Click one, then use the arrow keys.</legend>
${steps.join('\n')}
</fieldset>`;
}

function stepOf({step, changes, note, snapshot, before, of}: StepView, index: number, count: number): string {
	const {title, command, why = '', status, ms} = step;
	const name = escapeHtml(`${index + 1} of ${count}: ${title}`);
	const button = (to: number, text: string): string =>
		to < 0 || to >= count ? '' : `<label for="step-${to}">${text}</label>`;
	const took = `${status ?? 'not reached'}${ms === null ? '' : `, ${duration(ms)}`}`;
	return `<input type="radio" name="step" id="step-${index}" title="${name}" aria-label="${name}"${changes.length > 0 ? ' class="changed"' : ''}${index === 0 ? ' checked' : ''}><section>
<h3>${name}</h3>
<p>${button(index - 1, 'Back')}${button(index + 1, 'Forward')}${escapeHtml(took)}</p>
<pre>${escapeHtml(command)}</pre>
${why === '' ? '' : `<p>${escapeHtml(why)}</p>\n`}${changes.length === 0 ? `<p>${escapeHtml(note)}</p>` : `<pre>${changeLines(changes, look).map(changeHtml).join('\n')}</pre>`}
${
	snapshot === undefined
		? ''
		: `<h4>What the kernel showed of ${of}</h4>
<pre class="kernel">${kernelHtml(snapshot, before)}</pre>`
}
</section>`;
}

const classes: Readonly<Record<string, string>> = {'+': 'plus', '-': 'minus', '~': 'other'};

function changeHtml(text: string): string {
	const name = classes[text[0] ?? ''];
	return name === undefined ? escapeHtml(text) : `<span class="${name}">${escapeHtml(text)}</span>`;
}

/** All of a snapshot, with the lines marked that the one before did not have. */
function kernelHtml(snapshot: NonNullable<StepView['snapshot']>, before: StepView['before']): string {
	const linesOf = (each: NonNullable<StepView['snapshot']>): readonly string[] =>
		snapshotLines(each, undefined, look, look.columns);
	const known = before === undefined || before === snapshot ? undefined : new Set(linesOf(before));
	return linesOf(snapshot)
		.map(text => (known === undefined || known.has(text) ? escapeHtml(text) : `<mark>${escapeHtml(text)}</mark>`))
		.join('\n');
}

import type {RunEvent, StepWords} from '../../execute/event.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration} from '../text/duration.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import {containerWords, isContainerEvent} from './event-words.ts';

/** The state of plain progress output: what the next line depends on. */
export interface PlainProgress {
	readonly steps: readonly StepWords[];
	/** The last tenth of an unpack that was printed. */
	readonly tenth: number;
	/** Output of the running step's tool. */
	readonly output: string;
	readonly isStarted: boolean;
	/** The line about reading the archive was printed. */
	readonly isReading: boolean;
	readonly lines: string;
}

/** The state before the first event. */
export const noPlainProgress: PlainProgress = {
	steps: [],
	tenth: 0,
	output: '',
	isStarted: false,
	isReading: false,
	lines: '',
};

/**
 * Adds an event. `lines` is the text to print for it in a log or pipe: a line for each finished step, for each tenth of
 * an unpack, and for the container. A failed step prints no command, output or cause, since the error at the end of the run
 * shows them.
 */
export function plainProgress(progress: PlainProgress, event: RunEvent): PlainProgress {
	const now = {...progress, lines: ''};
	if (isContainerEvent(event)) {
		const isStarted = now.isStarted || event.type === 'container.started';
		return {...now, isStarted, lines: `${containerWords(event, now.steps.length)}\n`};
	}
	switch (event.type) {
		case 'image.reading':
			return now.isReading ? now : {...now, isReading: true, lines: readingLine(event)};
		case 'plan.started':
			return {...noPlainProgress, steps: event.steps};
		case 'step.started':
		case 'run.completed':
			return {...now, tenth: 0, output: ''};
		case 'step.progress':
			return unpackProgress(now, event);
		case 'step.output':
			return {...now, output: now.output + event.text};
		case 'step.done':
			return {...now, lines: stepLine('ok', event.id, duration(event.ms), now) + indent(now.output)};
		case 'step.failed':
			return {...now, lines: stepLine('failed', event.id, duration(event.ms), now)};
		case 'step.undone':
			// Cleaning up after a container that ran is no news. Rolling back a failed or canceled start is.
			return now.isStarted ? now : {...now, lines: stepLine('undone', event.id, '', now)};
		case 'step.skipped':
			return {...now, lines: stepLine('skip', event.id, '', now)};
		case 'warning':
			return {...now, lines: `warning: ${escapeText(event.text)}\n`};
		case 'run.recorded':
			return {...now, lines: `recorded as ${event.id}; the record holds the environment and all secrets\n`};
	}
}

function readingLine({archive, total}: Extract<RunEvent, {readonly type: 'image.reading'}>): string {
	return `reading ${escapeText(archive)} (${bytes(total)}); later starts skip this until the archive changes\n`;
}

function unpackProgress(now: PlainProgress, event: Extract<RunEvent, {readonly type: 'step.progress'}>): PlainProgress {
	const tenth = event.total === 0 ? 0 : Math.min(10, Math.floor((event.done / event.total) * 10));
	if (tenth <= now.tenth) return now;
	const {entries, layers} = event;
	const count = layers === undefined ? `${entries} entries` : `${entries} of ${layers.length} layers`;
	const facts = `${tenth * 10} %, ${bytes(event.done)} of ${bytes(event.total)}, ${count}`;
	return {...now, tenth, lines: stepLine('', event.id, facts, now)};
}

function stepLine(word: string, id: string, facts: string, {steps}: PlainProgress): string {
	const index = steps.findIndex(step => step.id === id);
	const count = `${String(index + 1).padStart(String(steps.length).length)}/${steps.length}`;
	const title = escapeText(steps[index]?.title ?? id);
	return `${word.padEnd(6)} ${count}  ${title}${facts === '' ? '' : ` (${facts})`}\n`;
}

function indent(text: string): string {
	return text === '' ? '' : `       ${escapeLines(text.trimEnd()).replaceAll('\n', '\n       ')}\n`;
}

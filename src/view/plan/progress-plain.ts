import type {RunEvent, StepWords} from '../../execute/event.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration} from '../text/duration.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import {containerWords, isContainerEvent} from './event-words.ts';

/** What was seen of a run so far, as far as the next line depends on it. */
export interface PlainProgress {
	readonly steps: readonly StepWords[];
	/** The last tenth of an unpack that was printed, by step. */
	readonly tenth: number;
	/** What the running step's tool printed. */
	readonly output: string;
	/** The command was started. */
	readonly isStarted: boolean;
	/** It was said that the archive is read. */
	readonly isReading: boolean;
	readonly lines: string;
}

/** Before the first event. */
export const noPlainProgress: PlainProgress = {
	steps: [],
	tenth: 0,
	output: '',
	isStarted: false,
	isReading: false,
	lines: '',
};

/**
 * Adds an event; `lines` is the text to print for it, for a log or a pipe: a line for each finished step, one for each
 * tenth of an unpack, and what became of the container. The command, output and cause of a failed step are left to the
 * error that ends the run: they are shown once.
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
			// The undoing of a container that ran its course is no news; that of a start that failed or was stopped is.
			return now.isStarted ? now : {...now, lines: stepLine('undone', event.id, '', now)};
		case 'warning':
			return {...now, lines: `warning: ${escapeText(event.text)}\n`};
		case 'run.recorded':
			return {...now, lines: `recorded as ${event.id}, with its environment and all secrets in it\n`};
	}
}

function readingLine({archive, total}: Extract<RunEvent, {readonly type: 'image.reading'}>): string {
	return `reading ${escapeText(archive)} (${bytes(total)}), once, until it changes\n`;
}

function unpackProgress(now: PlainProgress, event: Extract<RunEvent, {readonly type: 'step.progress'}>): PlainProgress {
	const tenth = event.total === 0 ? 0 : Math.min(10, Math.floor((event.done / event.total) * 10));
	if (tenth <= now.tenth) return now;
	const facts = `${tenth * 10} %, ${bytes(event.done)} of ${bytes(event.total)}, ${event.entries} entries`;
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

import type {WatchEvent} from '../../project/watch/watch-event.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {escapeText} from '../text/escape.ts';

const failures = {
	sync: 'the copy failed',
	rebuild: 'the rebuild failed, and its containers stay as they are',
	restart: 'the restart failed',
	exec: 'the command could not be run',
} as const;

/** An event of `watch` as one line without a line end, or as several for what a command has said. */
export function watchEventText(event: WatchEvent): string {
	const {service} = event;
	switch (event.type) {
		case 'watch.started':
			return `${service}: watching ${escapeText(event.path)} (${event.action})`;
		case 'watch.synced': {
			const counts = [
				...(event.written > 0 ? [`${filesOf(event.written)} copied to ${escapeText(event.target)}`] : []),
				...(event.deleted > 0 ? [`${filesOf(event.deleted)} removed from ${escapeText(event.target)}`] : []),
			];
			return [`${service}: ${counts.join(', ') || 'nothing to copy'}`, ...linesOf(event.said)].join('\n');
		}
		case 'watch.rebuilding':
			return `${service}: ${escapeText(event.changed)} has changed; rebuilding`;
		case 'watch.restarting':
			return `${service}: ${escapeText(event.changed)} has changed; restarting`;
		case 'watch.rebuilt':
			return `${service}: rebuilt`;
		case 'watch.restarted':
			return `${service}: restarted`;
		case 'watch.executed': {
			const what = escapeText(shellCommand(event.command));
			return [`${service}: ${what} has exited with status ${event.exitCode}`, ...linesOf(event.output)].join('\n');
		}
		case 'watch.failed':
			return `${service}: ${failures[event.what]}`;
	}
}

function filesOf(count: number): string {
	return count === 1 ? '1 file' : `${count} files`;
}

function linesOf(text: string): readonly string[] {
	return text.trim() === ''
		? []
		: text
				.trim()
				.split('\n')
				.map(line => `  ${escapeText(line)}`);
}

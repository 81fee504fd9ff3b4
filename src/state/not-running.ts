import type {Host} from '../host/host.ts';
import {type ContainerRecord, stateOf} from './record.ts';

/** A container that does not run, in words. */
export interface NotRunning {
	/** Goes on after the name of the container: `has exited with status 1`. */
	readonly words: string;
	/** What a person can do, as a hint. */
	readonly hint: string;
}

/**
 * What became of a container that does not run, and what a person can do about it; undefined for one that runs.
 *
 * @param name - what the person calls it
 */
export function notRunning(host: Host, record: ContainerRecord, name: string): NotRunning | undefined {
	const {detached} = record;
	if (detached?.exit != null)
		return {
			words: `has exited with status ${detached.exit.code}`,
			hint: `\`tsbox start ${name}\` starts it again, \`tsbox logs ${name}\` shows what it printed, \`tsbox rm ${name}\` removes it`,
		};
	switch (stateOf(host, record)) {
		case 'running':
			return undefined;
		case 'created':
			return {words: 'is still being started', hint: '`tsbox ps -a` shows when it runs'};
		case 'dead':
			return detached === undefined
				? {words: 'has ended, and its tsbox was killed', hint: '`tsbox gc` takes back what is left of it'}
				: {
						words: 'has ended, and no supervisor has taken note of it yet',
						hint: `\`tsbox start ${name}\` starts it again, \`tsbox rm ${name}\` removes it`,
					};
	}
}

import type {Host} from '../host/host.ts';
import {type ContainerRecord, stateOf} from './record.ts';

/** Describes a container that does not run. */
export interface NotRunning {
	/** Follows the container's name: `has exited with status 1`. */
	readonly words: string;
	readonly hint: string;
}

/**
 * Says why a container does not run and what to do about it; undefined when it runs.
 *
 * @param name - the container's name as the user typed it
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
			return detached?.unstarted === true
				? {words: 'has not been started', hint: `\`tsbox start ${name}\` starts it`}
				: {words: 'is still starting', hint: '`tsbox ps -a` shows when it runs'};
		case 'dead':
			return detached === undefined
				? {words: 'has ended, and its tsbox was killed', hint: '`tsbox gc` removes what is left of it'}
				: {
						words: 'has ended, but no supervisor has recorded its end yet',
						hint: `\`tsbox start ${name}\` starts it again, \`tsbox rm ${name}\` removes it`,
					};
	}
}

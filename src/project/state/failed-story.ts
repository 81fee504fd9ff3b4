import type {Machine} from '../../container/machine/machine.ts';
import {readStory, removeStory, type StartStory, writeStory} from '../../state/start-story.ts';
import {projectFolder} from '../../state/project-place.ts';

type Place = Pick<Machine, 'host' | 'dirs'>;

/** A service may be called by any text, a file not. */
function fileOf(label: string): string {
	const safe = label.replaceAll(/[^\w.-]/g, character => `%${character.charCodeAt(0).toString(16)}`);
	return `failed-${safe}.json`;
}

/** Keeps what the failed start of a container was like, for its own folder has nothing of it; it goes with the project. */
export function keepFailedStory({host, dirs}: Place, project: string, label: string, story: StartStory): void {
	writeStory(host, projectFolder(dirs.state, project), story, fileOf(label));
}

/** Forgets it: the container has started since, or is removed. */
export function forgetFailedStory({host, dirs}: Place, project: string, label: string): void {
	removeStory(host, projectFolder(dirs.state, project), fileOf(label));
}

/**
 * What the last start of a container of a detached project was like, where it failed and none went well since.
 *
 * @param label - what people call it: its service, with a number where it is one of several
 */
export function failedStory({host, dirs}: Place, project: string, label: string): StartStory | undefined {
	return readStory(host, projectFolder(dirs.state, project), fileOf(label));
}

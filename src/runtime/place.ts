import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {engineLink} from '../state/engine-link.ts';

/** The longest id, characters. */
const longestId = 1024;

/**
 * Refuses an id that could lead out of the folder of all containers, in runc's words.
 *
 * @throws TsboxError E_USAGE.
 */
export function checkId(id: string): void {
	if (/^[\w+.-]+$/.test(id) && id !== '.' && id !== '..' && id.length <= longestId) return;
	throw new TsboxError('E_USAGE', 'invalid container ID format', {
		why: `an id has 1 to ${longestId} letters, digits and the characters _ + - .`,
		hint: 'choose another id',
	});
}

/** The error for an id that another container has, in runc's words. */
export function idInUse(): TsboxError {
	return new TsboxError('E_NAME_IN_USE', 'container with given ID already exists', {
		hint: 'delete that container first, or choose another id',
	});
}

/** The error for an id that no container has, in runc's words. */
export function noSuchId(): TsboxError {
	return new TsboxError('E_NO_SUCH_CONTAINER', 'container does not exist', {hint: '`tsbox-runtime list` shows all'});
}

/**
 * The state folder of a container.
 *
 * @throws TsboxError E_USAGE, E_NO_SUCH_CONTAINER.
 */
export function confOf(host: Host, root: string, id: string): string {
	checkId(id);
	const conf = host.readlink(engineLink({root, id}));
	if (conf === undefined || host.lstat(conf) === undefined) throw noSuchId();
	return conf;
}

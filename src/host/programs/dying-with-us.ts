import {toolFolders} from '../facts.ts';
import type {Host} from '../host.ts';

/**
 * Words before those of a program that is to be killed when this process ends, however it ends: PR_SET_PDEATHSIG(2const). For programs
 * that have no pipe of ours to end with, and would go on for minutes. None where setpriv(1) is missing or is busybox's, which cannot.
 */
export function dyingWithUs(host: Host): readonly string[] {
	const path = toolFolders.map(folder => `${folder}/setpriv`).find(each => host.stat(each)?.kind === 'file');
	const isOwn = path !== undefined && host.realpath(path)?.endsWith('/setpriv') === true;
	return isOwn ? [path, '--pdeathsig', 'KILL', '--'] : [];
}

import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {isHostRoot} from '../../host/host-root.ts';

/**
 * The folder of all containers where the engine names none: `/run/tsbox-runtime`; that of an ordinary user is in its runtime folder, or in its
 * home: XDG Base Directory Specification. A folder of another user is not used.
 *
 * @throws TsboxError E_CONFIG for a user without a folder.
 */
export function defaultRoot(
	host: Pick<Host, 'stat'>,
	env: Readonly<Record<string, string | undefined>>,
	uid: number,
): string {
	if (isHostRoot(host, uid)) return '/run/tsbox-runtime';
	const mine = (path: string | undefined): path is string =>
		path?.startsWith('/') === true && host.stat(path)?.uid === uid;
	const runtime = [env['XDG_RUNTIME_DIR'], `/run/user/${uid}`].find(mine);
	if (runtime !== undefined) return `${runtime}/tsbox-runtime`;
	const home = env['HOME'];
	if (mine(home)) return `${home}/.local/share/tsbox/runtime`;
	throw new TsboxError('E_CONFIG', 'you have no folder to keep containers in', {
		why: 'XDG_RUNTIME_DIR and HOME are not set, or name a folder of another user',
		hint: 'name one with --root',
	});
}

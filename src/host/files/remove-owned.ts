import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../facts.ts';
import type {Host} from '../host.ts';
import {mapArguments, userMapOf} from '../id-map.ts';

/**
 * Removes a folder and everything in it; a missing folder is fine. Rootless containers leave files of the user's subordinate ids,
 * which only root of their user namespace may remove.
 *
 * @throws TsboxError E_STEP_FAILED, or the system's error.
 */
export async function removeOwned(host: Host, facts: HostFacts, path: string): Promise<void> {
	const {unshare, rm} = facts.tools;
	if (facts.user.uid === 0 || unshare === null || rm === null) {
		await host.removeTreeGently(path);
		return;
	}
	if (host.lstat(path) === undefined) return;
	const words = [unshare, rm].map(({path: tool, applet}) => (applet === null ? [tool] : [tool, applet]));
	const oneFileSystem = rm.flags.includes('one-file-system') ? ['--one-file-system'] : [];
	const {exitCode, stderr, command} = await host.run([
		...(words[0] ?? []),
		...mapArguments(userMapOf(facts)),
		...(words[1] ?? []),
		'-rf',
		...oneFileSystem,
		'--',
		path,
	]);
	if (exitCode !== 0)
		throw new TsboxError('E_STEP_FAILED', `cannot remove ${path}`, {
			command,
			output: stderr.trim(),
			hint: 'run `tsbox gc` when nothing uses it',
		});
}

import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../facts.ts';
import type {Host} from '../host.ts';
import {mapArguments, userMapOf} from '../id-map.ts';

/**
 * Gives a file of the caller's an owner of a container without a map of its own. For an ordinary user only root of the user namespace may
 * do that; root in there is the caller, so a new file is its already.
 *
 * @throws TsboxError E_STEP_FAILED for an id that the user namespace does not have, or the system's error.
 */
export async function ownInside(
	host: Host,
	facts: HostFacts,
	path: string,
	{uid, gid}: {readonly uid: number; readonly gid: number},
): Promise<void> {
	if (facts.user.uid === 0) {
		host.chown(path, uid, gid);
		return;
	}
	const {unshare, chown} = facts.tools;
	if ((uid === 0 && gid === 0) || unshare === null || chown === null) return;
	const words = [unshare, chown].map(({path: tool, applet}) => (applet === null ? [tool] : [tool, applet]));
	const {exitCode, stderr, command} = await host.run([
		...(words[0] ?? []),
		...mapArguments(userMapOf(facts)),
		...(words[1] ?? []),
		'-h',
		`${uid}:${gid}`,
		'--',
		path,
	]);
	if (exitCode === 0) return;
	throw new TsboxError('E_STEP_FAILED', `${path} cannot get the owner ${uid}:${gid}`, {
		command,
		output: stderr.trim(),
		hint: 'see `tsbox doctor` for the ids that you have',
	});
}

import {TsboxError} from '../../errors/tsbox-error.ts';
import {runShell} from '../../host/programs/run-shell.ts';
import {tableOf} from '../../plan/network/nft-text.ts';
import {vlanEndLines} from '../../plan/network/parent-device.ts';
import {bridgeEndLines, lastEndLines} from '../../plan/network/claim-step.ts';
import {networksFolder, networksLock} from '../../state/network.ts';
import {namespaceFile, namedProcess} from '../../state/network-namespace.ts';
import {hostScriptText} from '../../step/verbs/host-script.ts';
import type {Machine} from '../machine/machine.ts';
import {collectNetworks} from './collect-networks.ts';

/**
 * Removes what crashes left of networks: leases, bridges and rules.
 *
 * @returns the paths of what was removed
 * @throws TsboxError E_STEP_FAILED when a bridge cannot be removed.
 */
export async function sweepNetworks(machine: Machine): Promise<readonly string[]> {
	const {host, facts, dirs} = machine;
	const folder = networksFolder(dirs.state);
	const table = tableOf(dirs.state);
	const isOwn = facts.user.uid !== 0;
	const place = isOwn ? {namespace: namespaceFile(dirs.state)} : {};
	const shell = async (script: Parameters<typeof hostScriptText>[0]): Promise<void> => {
		const text = hostScriptText({...script, ...place}, {isUndo: true});
		const {exitCode, stderr} = await runShell(host, facts, text, {timeoutMs: 10_000});
		if (exitCode !== 0)
			throw new TsboxError('E_STEP_FAILED', 'a network cannot be removed', {
				command: script.lines.join('\n'),
				output: stderr,
			});
	};
	const removed = await collectNetworks(machine, async record => shell({lines: bridgeEndLines(record, folder, table)}));
	const isHeld = isOwn && namedProcess(host, namespaceFile(dirs.state)) !== undefined;
	const ends = [...(isOwn ? [] : vlanEndLines(folder)), ...lastEndLines(folder, table, isOwn)];
	if (removed.length > 0 || isHeld) await shell({lines: ends, lock: networksLock(dirs.state)});
	return removed;
}

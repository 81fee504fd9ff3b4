import type {Machine} from '../machine/machine.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import type {RunningRecord} from '../machine/running-container.ts';

/** The namespaces that own kernel settings: namespaces(7), ipc_namespaces(7). */
const withSettings: readonly NamespaceKind[] = ['uts', 'ipc', 'network'];

/** Time limit of the reader in ms. A paused container does not block it, since the reader is not in its cgroup. */
const within = 10_000;

/** Prints a line per file: `=` and the first line of the file, or `-` if it cannot be read. */
const script = (head: string): string =>
	`for file do if value=$(${head} -n 1 "$file" 2>/dev/null); then echo "=$value"; else echo -; fi; done`;

/**
 * Reads kernel settings as a container sees them, by path. Settings that cannot be read are left out.
 *
 * A process of the host reads the host's own /proc/sys, where the kernel shows each reader the settings of the reader's
 * namespaces. The process does not enter the mount namespace, so it resolves no path and runs no program that the container
 * can write. It becomes root of a user namespace only for an unprivileged caller, who has no other way in. Thus programs in
 * the container cannot reach root of the host.
 *
 * @param paths - below /proc/sys
 */
export async function readInNamespaces(
	{host, facts}: Pick<Machine, 'host' | 'facts'>,
	{process, namespaces}: Pick<RunningRecord, 'process' | 'namespaces'>,
	paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
	const nsenter = hostToolWords(facts, 'nsenter');
	const sh = hostToolWords(facts, 'sh');
	const head = hostToolWords(facts, 'head');
	if (paths.length === 0 || nsenter === undefined || sh === undefined || head === undefined) return new Map();
	const entered = [
		...(namespaces.includes('user') && facts.user.uid !== 0 ? ['--user', '--preserve-credentials'] : []),
		...withSettings.filter(kind => namespaces.includes(kind)).map(kind => namespaceOptions[kind]),
	];
	const reader = [...sh, '-c', script(shellCommand(head)), 'sh', ...paths];
	const argv =
		entered.length === 0 ? reader : [...nsenter, '--target', String(process.pid), ...entered, '--', ...reader];
	const {exitCode, stdout} = await host.run(argv, {timeoutMs: within});
	const lines = exitCode === 0 ? stdout.split('\n') : [];
	return new Map(
		paths.flatMap((path, at) => (lines[at]?.startsWith('=') === true ? [[path, lines[at].slice(1)] as const] : [])),
	);
}

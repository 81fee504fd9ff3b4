import type {Machine} from '../machine/machine.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {shellCommand} from '../../step/verbs/shell-word.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import type {RunningRecord} from '../machine/running-container.ts';

/** The namespaces that the kernel's settings belong to: namespaces(7), ipc_namespaces(7). */
const withSettings: readonly NamespaceKind[] = ['uts', 'ipc', 'network'];

/** How long the reader may take, ms; a container that is paused does not hold it up. */
const within = 10_000;

/** A line for each file: `=` and its first line, or `-` where it can't be read. */
const script = (head: string): string =>
	`for file do if value=$(${head} -n 1 "$file" 2>/dev/null); then echo "=$value"; else echo -; fi; done`;

/**
 * Values of kernel settings as a container has them, by path; without those that can't be read.
 *
 * One process of the host's reads the host's own /proc/sys: of settings that belong to a namespace, the kernel shows each
 * reader those of the namespaces that it is in. It does not enter the mount namespace: no path is resolved, and no program
 * run, that the container can write. Nor is it root of a user namespace unless that is how an ordinary user gets in: root of
 * the host stays out of reach of what runs in there.
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

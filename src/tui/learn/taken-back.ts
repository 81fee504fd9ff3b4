import type {RunEvent, StepWords} from '../../execute/event.ts';
import {kernelNames, kernelText} from '../../host/files/kernel-text.ts';
import type {Host} from '../../host/host.ts';
import {readSnapshot, type Snapshot} from '../../kernel/snapshot.ts';
import {plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';

/** What a container has on the machine. */
export interface Contents {
	/** The kernel's names of its processes. */
	readonly processes: readonly string[];
	readonly mounts: number;
	readonly namespaces: number;
	readonly cgroups: number;
	readonly interfaces: number;
}

/** Counts what a container has now. Copies of a mount in further mount namespaces count too. */
export function contentsOf(host: Host, processes: readonly number[]): Contents {
	const self = readSnapshot(host, process.pid);
	const all = processes.flatMap(pid => readSnapshot(host, pid) ?? []);
	const each = <T>(key: (snapshot: Snapshot) => string | undefined, values: (snapshot: Snapshot) => readonly T[]) => {
		const first = new Map(all.map(snapshot => [key(snapshot), snapshot]));
		return [...first.values()].flatMap(values);
	};
	const namespaces = new Set(
		all.flatMap(snapshot =>
			Object.entries(snapshot.namespaces)
				.filter(([kind, inode]) => self?.namespaces[kind as keyof Snapshot['namespaces']] !== inode)
				.map(([kind, inode]) => `${kind} ${inode}`),
		),
	);
	const [first] = all;
	const folders = (first?.cgroups ?? []).flatMap(({folder, path, controller}) => {
		const outer = self?.cgroups.find(other => other.controller === controller)?.path;
		return folder === undefined || path === outer ? [] : [folder];
	});
	return {
		processes: processes.flatMap(pid => kernelText(host, `/proc/${pid}/comm`)?.trim() ?? []),
		mounts: each(
			({namespaces: {mount}}) => mount,
			({mounts}) => mounts,
		).length,
		namespaces: namespaces.size,
		cgroups: folders.reduce((sum, folder) => sum + foldersBelow(host, folder), 0),
		interfaces: each(
			({namespaces: {network}}) => (network === self?.namespaces.network ? undefined : network),
			({namespaces: {network}, interfaces}) => (network === self?.namespaces.network ? [] : interfaces),
		).length,
	};
}

/** A cgroup and those below it. */
function foldersBelow(host: Host, folder: string): number {
	const below = kernelNames(host, folder).map(name => `${folder}/${name}`);
	return below
		.filter(path => host.lstat(path)?.kind === 'directory')
		.reduce((sum, path) => sum + foldersBelow(host, path), 1);
}

/** The steps that were undone, in that order. */
export async function undoneSteps(events: AsyncIterable<RunEvent> | Iterable<RunEvent>): Promise<readonly StepWords[]> {
	const steps = new Map<string, StepWords>();
	const undone: StepWords[] = [];
	for await (const event of events) {
		if (event.type === 'plan.started') for (const step of event.steps) steps.set(step.id, step);
		if (event.type !== 'step.undone') continue;
		const step = steps.get(event.id);
		if (step !== undefined) undone.push(step);
	}
	return undone;
}

/** What was taken back, in a few lines of text. */
export function takenBackText(contents: Contents, undone: readonly StepWords[], showsSteps: boolean): string {
	const {processes, mounts, namespaces, cgroups, interfaces} = contents;
	if (processes.length === 0) return 'The container ended before, and everything of it was taken back then.\n';
	const names = [...new Set(processes)].map(escapeText).join(', ');
	const rows = [
		['ended', `${processes.length} process${processes.length === 1 ? '' : 'es'}: ${names}`],
		['unmounted', plural(mounts, 'file system')],
		[
			'removed',
			[
				plural(namespaces, 'namespace'),
				...(cgroups > 0 ? [plural(cgroups, 'cgroup')] : []),
				...(interfaces > 0 ? [plural(interfaces, 'network interface')] : []),
			].join(', '),
		],
		['deleted', 'every file that was written in it'],
		...(showsSteps ? undone.map(({title}) => ['undone', escapeText(title)] as const) : []),
	] as const;
	return ['Taken back:', ...rows.map(([word, text]) => `  ${word.padEnd(10)} ${text}`), ''].join('\n');
}

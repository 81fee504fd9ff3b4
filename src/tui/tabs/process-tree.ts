import type {ContainerProcess} from '../../container/observe/top.ts';
import type {Glyphs} from '../../view/text/glyphs.ts';

/** A process and the tree lines before its command. */
export interface TreeRow {
	readonly process: ContainerProcess;
	readonly branch: string;
}

/** Deeper levels are not indented further, because a container can make its tree as deep as it likes. */
const mostMargin = 48;

/**
 * Processes as a tree, with children below their parents in the order of their PIDs. A process without a parent in the
 * list is a root.
 */
export function processTree(
	processes: readonly ContainerProcess[],
	{isAscii}: Pick<Glyphs, 'isAscii'>,
): readonly TreeRow[] {
	const sorted = processes.toSorted((one, other) => one.pid - other.pid);
	const known = new Set(sorted.map(({pid}) => pid));
	const children = byParent(sorted);
	const [fork, end, through] = isAscii ? ['|- ', '`- ', '|  '] : ['├─ ', '└─ ', '│  '];
	const rows: TreeRow[] = [];
	const seen = new Set<number>();
	const addTree = (root: ContainerProcess): void => {
		const open = [{process: root, branch: '', margin: ''}];
		for (let row = open.pop(); row !== undefined; row = open.pop()) {
			const {process, branch, margin} = row;
			if (seen.has(process.pid)) continue;
			seen.add(process.pid);
			rows.push({process, branch});
			const deep = margin.length >= mostMargin;
			(children.get(process.pid) ?? []).toReversed().forEach((child, fromLast) => {
				const isLast = fromLast === 0;
				open.push({
					process: child,
					branch: margin + (isLast ? end : fork),
					margin: deep ? margin : margin + (isLast ? '   ' : through),
				});
			});
		}
	};
	for (const process of sorted) if (!known.has(process.ppid)) addTree(process);
	// The processes are not read at one instant, so a reused PID can create a cycle.
	for (const process of sorted) addTree(process);
	return rows;
}

function byParent(processes: readonly ContainerProcess[]): ReadonlyMap<number, readonly ContainerProcess[]> {
	const children = new Map<number, ContainerProcess[]>();
	for (const process of processes) {
		const brothers = children.get(process.ppid);
		if (brothers === undefined) children.set(process.ppid, [process]);
		else brothers.push(process);
	}
	return children;
}

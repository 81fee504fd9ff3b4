import type {NamespaceKind} from '../../spec/model/project.ts';
import type {StepAfter} from '../../step/verbs/step.ts';

/** What the steps of `post_start` hooks need to know of their container. */
export interface HookedContainer {
	readonly namespaces: readonly NamespaceKind[];
	readonly root: 'pivot' | 'chroot';
	readonly hooks: readonly {readonly command: readonly string[]}[];
}

/** The `post_start` hooks as steps. A plan shows them; they run beside the command, so they are no part of its start. */
export function hookSteps({namespaces, root, hooks}: HookedContainer): readonly StepAfter[] {
	return hooks.map(({command}, at) => ({
		id: `process.post_start${hooks.length === 1 ? '' : `.${at + 1}`}`,
		phase: 'process',
		side: 'after',
		title: `run ${command.join(' ')} beside it (post_start)`,
		why: 'A namespace lives as long as a process is in it, and another process can enter it: then it sees what the first one sees. `tsbox exec` does the same.',
		man: 'nsenter(1)',
		object: 'process',
		action: {kind: 'enter', namespaces, ownRoot: root === 'chroot', args: command},
		undo: {kind: 'none', reason: 'it ends with its command, or with the container'},
		checks: [],
	}));
}

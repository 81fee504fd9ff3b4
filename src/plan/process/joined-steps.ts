import type {JoinedNamespace} from '../input/joined-namespace.ts';
import type {StepInside} from '../../step/verbs/step.ts';

/** Names what is joined, for people: `the network of shop-db-1`. */
export function joinedWords(joined: readonly JoinedNamespace[]): string {
	const owners = [...new Set(joined.map(({owner, path}) => owner?.name ?? path))];
	return owners
		.map(owner => {
			const kinds = joined.filter(each => (each.owner?.name ?? each.path) === owner).map(({kind}) => kind);
			return `the ${kinds.join(', ')} ${kinds.length === 1 ? 'namespace' : 'namespaces'} of ${owner}`;
		})
		.join(', and in ');
}

/**
 * The step behind the start, which makes sure that the joined namespaces are those that were meant. The kernel gives the number of a
 * process that has ended to another one, and /proc/PID/ns is then that one's.
 */
export function joinedSteps(joined: readonly JoinedNamespace[]): readonly StepInside[] {
	const owners = joined.flatMap(({owner}) =>
		owner?.process === undefined ? [] : [{name: owner.name, process: owner.process}],
	);
	const processes = owners.filter(({name}, at) => owners.findIndex(each => each.name === name) === at);
	const ids = joined.flatMap(({kind, id}) => (id === undefined ? [] : [{kind, id}]));
	if (processes.length === 0) return [];
	return [
		{
			id: 'namespaces.joined',
			phase: 'namespaces',
			side: 'inside',
			title: `make sure that ${processes.map(({name}) => name).join(', ')} has not ended meanwhile`,
			why: 'A process is known by its number and by the time when it started. If both are still the same, the namespaces that were joined are those of the container that was meant, and not those of a later process with its number.',
			man: 'proc_pid_stat(5)',
			object: null,
			action: {kind: 'sameProcesses', processes},
			undo: {kind: 'none', reason: 'it changes nothing'},
			checks: ids.length === 0 ? [] : [{kind: 'joined', namespaces: ids}],
		},
	];
}

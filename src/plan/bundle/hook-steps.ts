import type {HookKind} from '../../oci/config.ts';
import type {StepBeside} from '../../step/verbs/step.ts';
import type {PlanInput} from '../input/input.ts';

/** The hooks that run while the container is made, in their order. */
const during: readonly HookKind[] = ['prestart', 'createRuntime', 'createContainer'];

/** The state that a hook reads, without the process number: runtime.md of the runtime-spec, "State". */
export function hookState({config, extras}: PlanInput, status: string): Readonly<Record<string, unknown>> {
	return {
		ociVersion: config.ociVersion,
		id: extras.bundle?.id ?? extras.name,
		status,
		bundle: extras.bundle?.folder ?? '',
		annotations: config.annotations ?? {},
	};
}

/** The hooks of an engine as steps: the first process waits, in all of its namespaces, with the host still in sight. */
export function bundleHooks(input: PlanInput): readonly StepBeside[] {
	return during.flatMap(kind =>
		(input.config.hooks?.[kind] ?? []).map(
			(hook, at): StepBeside => ({
				id: `hook.${kind}.${at + 1}`,
				phase: 'process',
				side: 'beside',
				title: `run the hook ${hook.path} (${kind})`,
				why: 'The engine wants it to be run now: its network, for one, is set up in the namespaces of the process that waits.',
				man: 'nsenter(1)',
				object: null,
				action: {
					kind: 'runHook',
					hook,
					label: `${kind} hook #${at}`,
					// A hook inside names files of the container by `./lib`, as for runc.
					folder: kind === 'createContainer' ? input.config.root.path : (input.extras.bundle?.folder ?? '/'),
					// A prestart hook is of a time when hooks ran in `start`: crun says `created` to it too.
					state: hookState(input, kind === 'prestart' ? 'created' : 'creating'),
					...(kind === 'createContainer' ? {inside: true as const} : {}),
				},
				undo: {kind: 'none', reason: 'what a hook does is for the engine to take back'},
				checks: [],
			}),
		),
	);
}

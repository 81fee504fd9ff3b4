import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {toolboxFolder} from '../../host/programs/sealed-tools.ts';
import type {Step} from '../../step/verbs/step.ts';

/**
 * The step that copies the toolbox into the store.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED if the host lacks the tools.
 */
export function toolsStep(facts: Pick<HostFacts, 'toolbox'>, store: string): Step {
	const to = toolboxFolder(facts, store);
	return {
		id: 'rootfs.tools',
		phase: 'rootfs',
		side: 'before',
		title: 'copy the tools that containers are set up with',
		why: "They still run, with all powers, when the root is the container's already. The C library reads files of whatever is the root, and loads the libraries that they name; in the copies those names are empty. Done once.",
		man: 'ld.so(8)',
		object: `folder ${to}`,
		action: {kind: 'copyTools', files: facts.toolbox.kind === 'copy' ? facts.toolbox.files : [], store, to},
		undo: {kind: 'none', reason: 'the store keeps them for the next start'},
		checks: [{kind: 'folder', path: to}],
	};
}

/**
 * Refuses a host without the tools that a container is made with.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED.
 */
export function checkToolbox(facts: HostFacts): void {
	if (facts.toolbox.kind === 'none') {
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host lacks the tools that a container is made with', {
			why: facts.toolbox.why,
			hint: 'run `tsbox doctor` to see what is missing',
		});
	}
}

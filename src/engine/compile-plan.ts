import {copyMappedScript} from '../image/copy-mapped.ts';
import {unpackScript} from '../image/unpack-script.ts';
import {unpackStep} from '../plan/plan-rootfs.ts';
import {containerFolder} from '../state/record.ts';
import {compileScript} from '../step/compile-script.ts';
import type {Plan} from '../step/step.ts';
import {recordFacts} from './record-facts.ts';
import type {Machine, PlannedContainer} from './types.ts';

/**
 * The plan with its image to be unpacked: where the script runs, the store may be empty, whatever it is here. Tools that
 * must be copied come first, because unpacking needs them.
 */
function withUnpack({plan, image}: PlannedContainer): Plan {
	if (image.kind !== 'archive') return plan;
	const tools = plan.steps.filter(step => step.action.kind === 'copyTools');
	const rest = plan.steps.filter(step => step.action.kind !== 'copyTools' && step.action.kind !== 'unpack');
	return {...plan, steps: [...tools, unpackStep(image), ...rest]};
}

/**
 * The plan as a POSIX sh script that needs no tsbox: run by root it makes the same container, checks the same, ends as
 * the command ends and leaves nothing behind.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_PERMISSION where the image could not be unpacked.
 */
export function compilePlan({host, facts, dirs}: Machine, planned: PlannedContainer): string {
	const {image, service, plan} = planned;
	const tools = facts.toolbox.kind === 'copy' ? {toolbox: `${containerFolder(dirs.state, service.name)}/tools`} : {};
	return compileScript({
		plan: withUnpack(planned),
		facts,
		folder: containerFolder(dirs.state, service.name),
		record: recordFacts(planned),
		unpack:
			image.kind === 'archive'
				? unpackScript(facts, {
						archive: image.archive,
						digest: image.digest,
						...(image.ids === undefined ? {} : {ids: image.ids}),
						store: dirs.store,
						created: host.now(),
						...tools,
					})
				: [],
		copy: plan.steps.flatMap(({action}) =>
			action.kind === 'copyTree' && action.ids !== undefined
				? copyMappedScript(facts, {from: action.from, to: action.to, ids: action.ids}, tools.toolbox)
				: [],
		),
		stopSignal: service.stopSignal,
		stopGraceMs: service.stopGraceMs,
	});
}

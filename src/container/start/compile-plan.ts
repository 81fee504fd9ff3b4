import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import {copyMappedScript} from '../../image/unpack/copy-mapped.ts';
import {type Blank, blanksOf, isSealed, toolboxFolder} from '../../host/programs/sealed-tools.ts';
import {fillVolumeScript} from '../../image/volume/volume-reader.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import {unpackScript} from '../../image/unpack/unpack-script.ts';
import {unpackStep} from '../../plan/rootfs/plan-rootfs.ts';
import {pullStep} from '../../plan/rootfs/pull-step.ts';
import {toolsStep} from '../../plan/process/tools-step.ts';
import {containerFolder} from '../../state/record.ts';
import {compileScript} from '../../step/compile/compile-script.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {recordFacts} from './record-facts.ts';

/** The plan with the steps that fill the store, since the store may be empty where the script runs. */
function withStore({facts, dirs}: Machine, {plan, image}: PlannedContainer): Plan {
	const rest = plan.steps.filter(({action: {kind}}) => !['copyTools', 'unpack', 'pullImage'].includes(kind));
	return {...plan, steps: [toolsStep(facts, dirs.store), ...imageSteps(image, dirs.store), ...rest]};
}

/** The step that unpacks an archive, or that finds an image in the store. */
function imageSteps(image: ImageFacts, store: string): readonly Step[] {
	if (image.kind === 'archive') return [unpackStep(image)];
	if (image.kind !== 'image') return [];
	return [
		{
			...pullStep(image, store),
			title: `find ${image.reference} in the store`,
			why: 'The layers of an image are unpacked by tsbox alone, which compares their digests; a script takes what it finds.',
			checks: [],
		},
	];
}

/** The places where copied tools must be patched. */
function blanks({host, facts: {toolbox}}: Machine): readonly Blank[] {
	const files = toolbox.kind === 'copy' ? toolbox.files : [];
	return files.flatMap(file => {
		const size = host.stat(file)?.size ?? 0;
		return isSealed(file) ? blanksOf(file, host.readBytes(file, 0, size) ?? Buffer.alloc(0)) : [];
	});
}

/**
 * Compiles the plan into a POSIX sh script that does not need tsbox. Run by root, it makes the same container, runs the same
 * checks, exits with the status of the command, and leaves nothing behind.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_PERMISSION when the image cannot be unpacked.
 */
export function compilePlan(machine: Machine, planned: PlannedContainer): string {
	const {host, facts, dirs} = machine;
	const {image, service, plan} = planned;
	if ((service.given ?? []).length > 0)
		throw new TsboxError('E_SPEC_INVALID', 'a script cannot hold texts of `secrets` and `configs`', {
			why: 'it would have them in clear',
			hint: 'name files with `file`, without `uid`, `gid` and `mode`: they are mounted as they are',
		});
	const tools = {toolbox: toolboxFolder(facts, dirs.store)};
	return compileScript({
		plan: withStore(machine, planned),
		blanks: blanks(machine),
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
		fill: action => fillVolumeScript(facts, action, tools.toolbox),
		stopSignal: service.stopSignal,
		stopGraceMs: service.stopGraceMs,
	});
}

import type {Plan} from '../verbs/step.ts';
import type {MinimalInput, MinimalShape} from './minimal-script.ts';

/** The protections that a script has if the plan has them, by name: when. All others are left out. */
const carried: Readonly<Record<string, (shape: MinimalShape) => boolean>> = {
	'root filesystem': ({pivots}) => pivots,
	'process ids': () => true,
	network: () => true,
	'ipc, hostname, cgroup view': () => true,
	limits: ({hasCgroup}) => hasCgroup,
	'user ids': ({hasUsers}) => hasUsers,
};

const widest = 110;

/** Comments that name what the plan has and the script does not. */
export function leftOut({plan, leftKeys}: MinimalInput, shape: MinimalShape): readonly string[] {
	const lines = [
		...plan.protections
			.filter(({name, on}) => on && carried[name]?.(shape) !== true)
			.map(({name, attack}) => `${name}: ${attack}`),
		...guards(plan),
		...(shape.leftMounts.length === 0 ? [] : [`mounts: ${shape.leftMounts.join(', ')}`]),
		...(leftKeys.length === 0 ? [] : [`keys of the spec: ${leftKeys.join(', ')}`]),
	];
	if (lines.length === 0) return [];
	return ['', '# Left out, and what is open without it. `tsbox up` has all of it.', ...lines.flatMap(wrapped)];
}

/** Steps that only look whether the root filesystem can be trusted. */
function guards({steps}: Plan): readonly string[] {
	return steps.filter(({id}) => id === 'rootfs.folders').map(({title, why}) => `${title}: ${why}`);
}

function wrapped(text: string): readonly string[] {
	const lines: string[] = [];
	let line = '# -';
	for (const word of text.split(/\s+/)) {
		if (line.length + word.length >= widest) {
			lines.push(line);
			line = '#  ';
		}
		line += ` ${word}`;
	}
	return [...lines, line];
}

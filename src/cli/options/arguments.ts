import type {Options, Positional} from '../verb/command.ts';

/** The `--json` of a verb that prints one document. */
export const jsonOption = {json: {kind: 'flag', describe: 'Print JSON'}} as const satisfies Options;

/** The `--quiet` of a verb that lists named things. */
export const quietOption = {quiet: {kind: 'flag', short: 'q', describe: 'Print only names'}} as const satisfies Options;

/** The `--plain` of a verb that shows progress. */
export const plainOption = {plain: {kind: 'flag', describe: 'Show progress as plain lines'}} as const satisfies Options;

/** The `--facts` of a verb that plans for another host. */
export const factsOption = {
	facts: {kind: 'text', value: 'FILE', describe: 'Plan for the host described by this file of facts'},
} as const satisfies Options;

/** One container. */
export const containerName: Positional = {
	name: 'NAME',
	describe: 'Container',
	required: true,
	completes: 'container',
};

/** One or more containers. */
export const containerNames: Positional = {...containerName, describe: 'Containers', many: true};

/** A spec that must be named. */
export const requiredSpec: Positional = {name: 'SPEC', describe: 'Spec file', required: true, completes: 'file'};

/** A spec that is found when it is not named. */
export const optionalSpec: Positional = {
	name: 'SPEC',
	describe: 'Spec file; by default tsbox.yaml or compose.yaml in this folder',
	completes: 'file',
};

/** One service of a spec. */
export const serviceName: Positional = {name: 'SERVICE', describe: 'Service in the spec', completes: 'service'};

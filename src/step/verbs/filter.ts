import {shellWord} from '../../spec/syntax/shell-words.ts';
import {type InsideVerb, needsNothing} from './verb.ts';

/** The compiled filter's name in the container's state folder. */
export const filterFile = 'seccomp.bpf';
/** The name of the filter that asks a listener, for `--trace-seccomp`. */
export const tracedFilterFile = 'seccomp-traced.bpf';

/** Opens the compiled filter as descriptor 8 while the path of its file can still be reached. */
export interface OpenFilterAction {
	readonly kind: 'openFilter';
	/** struct sock_filter[] of seccomp(2), base64. */
	readonly filter: string;
	/** The same filter, which asks a listener in place of refusing. If set, this filter is opened. */
	readonly traced?: string;
	/** The folder of the filter's file is that of the host, and not the one on the stage. */
	readonly onHost?: true;
}

export const openFilter: InsideVerb<OpenFilterAction> = {
	shown: ({traced, onHost}, conf) => [
		`exec 8< ${onHost === true ? shellWord(conf) : '/dev/.box/conf'}/${traced === undefined ? filterFile : tracedFilterFile}`,
	],
	needs: needsNothing,
	insideLines: (action, _, conf) => openFilter.shown(action, conf).map(line => `${line} || fail 1`),
};

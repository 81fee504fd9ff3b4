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
}

export const openFilter: InsideVerb<OpenFilterAction> = {
	shown: ({traced}) => [`exec 8< /dev/.box/conf/${traced === undefined ? filterFile : tracedFilterFile}`],
	needs: needsNothing,
	insideLines: (action, _, conf) => openFilter.shown(action, conf).map(line => `${line} || fail 1`),
};

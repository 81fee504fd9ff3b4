import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {UnpackLimits} from '../../image/archive/entry-rules.ts';

/** What making a layer needs besides its files. */
export interface LayerWork {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly store: string;
	/** Limits for what a layer unpacks to. */
	readonly limits?: UnpackLimits | undefined;
	/** The folder with the copied tools. */
	readonly toolbox: string;
	/** The time of the build, seconds since the epoch. */
	readonly now: number;
	/** The latest time that files keep, seconds since the epoch. */
	readonly latest?: number | undefined;
	readonly signal?: AbortSignal | undefined;
}

import type {MachineChoice} from './options.ts';

/** Options of a `Pool`. */
export interface PoolOptions extends MachineChoice {
	/** Containers kept waiting for a command; 4 by default. */
	readonly size?: number;
	/** Commands that run at the same time, 2 × `size` by default. Further commands wait for their turn. */
	readonly concurrency?: number;
	/** Containers started at the same time; 2 by default. */
	readonly starts?: number;
	/** The entry of `services:` to use; required when the spec has several. */
	readonly service?: string;
}

/** The number of containers and commands of a pool in each state. */
export interface PoolState {
	readonly warm: number;
	readonly starting: number;
	readonly running: number;
	/** Containers that have ended and are being removed. */
	readonly removing: number;
	/** Commands that wait for a container. */
	readonly waiting: number;
}

/** The sizes of a pool, with defaults for those not given. */
export function poolLimits({
	size = 4,
	concurrency = size * 2,
	starts = 2,
}: PoolOptions): Readonly<Required<Pick<PoolOptions, 'size' | 'concurrency' | 'starts'>>> {
	return {size, concurrency, starts};
}

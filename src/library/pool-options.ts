import type {MachineChoice} from './options.ts';

/** How many containers a pool keeps, and may have. */
export interface PoolOptions extends MachineChoice {
	/** Containers that are kept waiting at their gates; 4 by default. */
	readonly size?: number;
	/** Commands that run at once, 2 × `size` by default; further ones wait for their turn. */
	readonly concurrency?: number;
	/** Containers that are started at once, 2 by default. */
	readonly starts?: number;
	/** The entry of `services:`, where there is more than one. */
	readonly service?: string;
}

/** How many containers of a pool are in which state now. */
export interface PoolState {
	readonly warm: number;
	readonly starting: number;
	readonly running: number;
	/** Ended, and not all taken back yet. */
	readonly removing: number;
	/** Commands that wait for a container. */
	readonly waiting: number;
}

/** The numbers of a pool, with those that are not given. */
export function poolLimits({
	size = 4,
	concurrency = size * 2,
	starts = 2,
}: PoolOptions): Readonly<Required<Pick<PoolOptions, 'size' | 'concurrency' | 'starts'>>> {
	return {size, concurrency, starts};
}

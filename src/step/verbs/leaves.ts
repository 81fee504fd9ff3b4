/**
 * What a step leaves in the network of the host for as long as the container runs. `drift` compares the kernel with it. The start does not:
 * ip(8) and nft(8) end with an error when they have not done all, and asking them again would make each start slower.
 */
export interface Leaves {
	/** Commands of nft(8) that make the rules and elements in an empty network namespace, after those of the steps before. */
	readonly rules?: readonly string[];
	readonly device?: {
		readonly name: string;
		/** The bridge that it is on. */
		readonly master?: string;
		/** CIDRs. */
		readonly addresses: readonly string[];
	};
	/** A process of the host: the name of its program, and one of its arguments, which no other process has. */
	readonly process?: {readonly program: string; readonly argument: string};
}

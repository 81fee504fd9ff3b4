import type {RangeMap} from '../../host/id-map.ts';

/** The facts of a root filesystem that a plan needs. Paths are absolute and real. */
export type ImageFacts =
	| {
			readonly kind: 'archive';
			readonly archive: string;
			/** Digest of the archive file on disk: `sha256:` and 64 hexadecimal digits. */
			readonly digest: string;
			/** The store has it unpacked. */
			readonly stored: boolean;
			/** Folder of the unpacked tree in the store, whether it exists yet or not. */
			readonly path: string;
			/** The id map that shifts the owners of the tree; without it they are the archive's. */
			readonly ids?: RangeMap;
			/** Size of the archive file, bytes. */
			readonly bytes: number;
	  }
	| {readonly kind: 'directory'; readonly path: string}
	| {readonly kind: 'host'};

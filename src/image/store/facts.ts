import type {RangeMap} from '../../host/id-map.ts';

/** What is known of a root filesystem before a plan is made. Paths are absolute and real. */
export type ImageFacts =
	| {
			readonly kind: 'archive';
			readonly archive: string;
			/** Of the archive file as it lies on disk: `sha256:` and 64 hexadecimal digits. */
			readonly digest: string;
			/** It was unpacked before: nothing is to be done. */
			readonly stored: boolean;
			/** Folder of the unpacked tree in the store, there or to be made. */
			readonly path: string;
			/** The store has it with these owners; without, with those of the archive. */
			readonly ids?: RangeMap;
			/** Size of the archive file. */
			readonly bytes: number;
	  }
	| {readonly kind: 'directory'; readonly path: string}
	| {readonly kind: 'host'};

/** What is known of a root filesystem before a plan is made. Paths are absolute and real. */
export type ImageFacts =
	| {
			readonly kind: 'archive';
			readonly archive: string;
			readonly digest: string;
			readonly stored: boolean /** Folder of the unpacked tree in the store, there or to be made. */;
			readonly path: string;
			readonly bytes: number;
	  }
	| {readonly kind: 'directory'; readonly path: string}
	| {readonly kind: 'host'};

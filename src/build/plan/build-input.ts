import type {SourceText} from '../../spec/syntax/source-text.ts';
import type {SourceTree} from '../context/source-tree.ts';
import type {OciConfig} from './oci-config.ts';
import type {Platform} from './platform.ts';

/** An image that a build begins with or copies from. */
export interface BaseImage {
	/** With registry and tag: `docker.io/library/node:20`. */
	readonly reference: string;
	/** Digest of its manifest. */
	readonly manifest: string;
	readonly config: OciConfig;
}

/** A name that stands for files or an image instead of a stage or an image of that name. Compose: `additional_contexts`. */
export type NamedContext =
	| {readonly kind: 'folder'; readonly tree: SourceTree}
	| {readonly kind: 'image'; readonly reference: string};

/** All that a build is made from. */
export interface BuildInput {
	readonly dockerfile: SourceText;
	/** `Dockerfile.dockerignore` beside the Dockerfile, else `.dockerignore` of the context. */
	readonly ignoreFile?: SourceText;
	readonly context: SourceTree;
	readonly contexts?: Readonly<Record<string, NamedContext>>;
	/** A stage; the last one by default. */
	readonly target?: string;
	readonly args?: Readonly<Record<string, string>>;
	readonly labels?: Readonly<Record<string, string>>;
	/** The network of a RUN that names none; that of the machine by default. */
	readonly network?: 'none' | 'host';
	readonly platform: Platform;
	/** The platform of this machine. */
	readonly buildPlatform: Platform;
	/** Looks an image up, and pulls it if need be. May be asked for the same one more than once. */
	readonly image: (reference: string, platform: Platform) => Promise<BaseImage>;
}

import type {SourceTree} from '../context/source-tree.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import type {FileSource} from './build-plan.ts';
import type {ExpansionNotes} from './expand-text.ts';
import type {Platform} from './platform.ts';
import type {GlobalScope} from './scope.ts';

/** Where a COPY or a mount takes files from. */
export interface ResolvedSource {
	readonly source: FileSource;
	/** The files, where they are known before the build. */
	readonly tree?: SourceTree;
	/** A digest that changes when files change, where they are not known. */
	readonly key?: string;
	/** The files without the rules of `.dockerignore`, to tell what is missing from what is left out. */
	readonly unfiltered?: SourceTree;
}

/** What the instructions of a stage need besides its state. */
export interface StageContext {
	/** The index of the stage. */
	readonly index: number;
	readonly platform: Platform;
	/** The network of a RUN that names none. */
	readonly network: 'default' | 'none' | 'host';
	readonly scope: GlobalScope;
	readonly notes: ExpansionNotes;
	/** Finds the stage, image, or named context of a `--from`; the build context without one. @throws E_DOCKERFILE */
	readonly sourceOf: (name: string | undefined, raw: RawInstruction) => Promise<ResolvedSource>;
}

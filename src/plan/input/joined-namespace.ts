import type {ProcessIdentity} from '../../host/programs/process.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';

/** A namespace that the container joins, because others made it. */
export interface JoinedNamespace {
	readonly kind: NamespaceKind;
	/** A file that stands for it: `/proc/1234/ns/net`, namespaces(7). The configuration has the same. */
	readonly path: string;
	/** What the kernel calls it: `net:[4026532200]`; undefined where it does not exist yet. */
	readonly id?: string;
	/** The container whose it is, and its first process, whose number may go to another. */
	readonly owner?: {readonly name: string; readonly process?: ProcessIdentity};
}

import type {Metafile} from 'esbuild';

export function isPackage(path: string): boolean;
export function divideModules(inputs: Metafile['inputs']): {
	readonly scripts: readonly string[];
	readonly places: ReadonlyMap<string, string>;
	readonly shared: ReadonlyMap<string, ReadonlySet<string>>;
};

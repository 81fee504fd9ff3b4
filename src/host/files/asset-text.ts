/** Reads a text file in the executable of build-exe.mjs, by its path in the package. Throws if there is none, or no such executable. */
export function assetText(path: string): string {
	return process.getBuiltinModule('node:sea').getAsset(path, 'utf8');
}

const {existsSync, readFileSync} = require('node:fs');
const {createRequire} = require('node:module');
const {join} = require('node:path');
const {pathToFileURL} = require('node:url');
const {Script} = require('node:vm');

const loaded = new Map();

/**
 * Loads a script of a dist folder, the program if no other is named, with the code that V8 compiled when it was built: compiling it at each start would
 * take as long as starting a container. V8 checks by itself that the code was made by it, from this text; what does not
 * fit is compiled anew.
 */
exports.loadProgram = (dist, name = 'cli') => {
	const file = join(dist, `${name}.cjs`);
	const known = loaded.get(file);
	if (known !== undefined) return known;
	const compiled = join(dist, `${name}.cache`);
	const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
	const script = new Script(readFileSync(file, 'utf8'), {filename: file, cachedData});
	const module = {exports: {}};
	const url = pathToFileURL(file).href;
	const importModule = name => import(name.startsWith('node:') ? name : new URL(name, url).href);
	// Without Node's loader of modules, which takes longer to begin than a script to be loaded.
	const importScript = async name => {
		const script = exports.loadProgram(dist, name);
		await script.ready;
		return script;
	};
	script.runInThisContext()(module.exports, createRequire(file), module, url, importModule, importScript);
	loaded.set(file, module.exports);
	return module.exports;
};

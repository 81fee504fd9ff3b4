const {accessSync, closeSync, constants, fstatSync, openSync, readFileSync, statSync} = require('node:fs');
const {dirname, join} = require('node:path');
const {pathToFileURL} = require('node:url');
const {Script} = require('node:vm');

const loaded = new Map();

/**
 * Loads a script of a dist folder, with the code that V8 compiled at the first start: compiling it at each one takes a tenth of a
 * container's start. Gives its modules by their names.
 */
exports.loadScript = (dist, name) => {
	const file = join(dist, `${name}.cjs`);
	const known = loaded.get(file);
	if (known !== undefined) return known;
	const {text, cachedData} = exports.readScript(file);
	const script = new Script(text, {filename: file, cachedData});
	const module = {exports: {}};
	/** A module of Node, or `SCRIPT#MODULE`: one of another script. */
	const get = asked => {
		const [name, id] = asked.split('#');
		return id === undefined ? process.getBuiltinModule(asked) : exports.loadScript(dist, name)[id];
	};
	/** What stands for require. `later:` means that the module is loaded when something of it is used. */
	const find = asked => {
		if (!asked.startsWith('later:')) return get(asked);
		const name = asked.slice('later:'.length);
		return loaded.has(join(dist, `${name.split('#')[0]}.cjs`)) ? get(name) : whenUsed(() => get(name));
	};
	// The last stands for import(): V8 gives code that was compiled before no way to import.
	script.runInThisContext()(module.exports, find, module, pathToFileURL(file).href, async asked => get(asked));
	loaded.set(file, module.exports);
	return module.exports;
};

/** The text of a script, and what V8 compiled of it. bin/executable.cjs has another place for both. */
exports.readScript = file => {
	// It is ASCII, which is read faster as such.
	const text = readFileSync(file, 'latin1');
	return {text, cachedData: compiledCode(file, text)};
};

/** Stands for the exports of a module that is loaded when something of it is used. */
function whenUsed(load) {
	return new Proxy(
		{},
		{
			get: (_, name) => load()[name],
			has: (_, name) => name in load(),
			ownKeys: () => Reflect.ownKeys(load()),
			getOwnPropertyDescriptor: (_, name) => {
				const found = Reflect.getOwnPropertyDescriptor(load(), name);
				// The target has no such property, so it must not be fixed.
				return found && {...found, configurable: true};
			},
		},
	);
}

/**
 * Where the compiled code of a script is. V8 takes code of its own version for any text of the same length, so the name says the
 * text, by the digest that ends it.
 */
exports.compiledName = (file, text) =>
	file.replace(/\.cjs$/, `-${text.slice(-16)}-${process.versions.v8}-${process.arch}.cache`);

/** The compiled code of a script, made where that is not there yet; undefined where it can't be. */
function compiledCode(file, text) {
	const compiled = exports.compiledName(file, text);
	const owner = statSync(file).uid;
	return readOf(owner, compiled) ?? (keepCompiled(file, owner) ? readOf(owner, compiled) : undefined);
}

/**
 * The bytes of a file of this user. What V8 reads here is code, and V8 does not compare it with the text: nobody may have written it
 * but the owner of the text, who can write any code into that.
 */
function readOf(owner, path) {
	let descriptor;
	try {
		descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
		return fstatSync(descriptor).uid === owner ? readFileSync(descriptor) : undefined;
	} catch {
		return undefined;
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}

/** Has a process of its own keep the compiled code beside a script, if this user is the script's owner. */
function keepCompiled(file, owner) {
	try {
		if (owner !== process.geteuid()) return false;
		accessSync(dirname(file), constants.W_OK);
	} catch {
		return false;
	}
	const {spawnSync} = require('node:child_process');
	// V8 takes code only under the flags that it was made with: those that Node has by itself.
	const env = {...process.env, NODE_OPTIONS: ''};
	const words = [join(__dirname, 'keep-compiled.cjs'), file];
	return spawnSync(process.execPath, words, {env, stdio: 'ignore', timeout: 10_000}).status === 0;
}

import vm from 'node:vm';
import {readFileSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import {fileURLToPath} from 'node:url';

// Loads the built library into a vm context, as Jest and vitest's vmThreads do, and runs a command with it; its own Error is not
// that of node:fs. node --experimental-vm-modules in-context.mjs FOLDER NAME ROOTFS
const [store, name, rootfs] = process.argv.slice(2);
const library = new URL('../../dist/index.js', import.meta.url).href;

const context = vm.createContext({});
const own = new Set(vm.runInContext('Object.getOwnPropertyNames(globalThis)', context));
for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(globalThis)))
	if (!own.has(key)) Object.defineProperty(context, key, descriptor);

const modules = new Map();
const ready = new Map();
let before = Promise.resolve();
async function synthetic(specifier) {
	const namespace = await import(specifier);
	const module = new vm.SyntheticModule(
		Object.keys(namespace),
		() => {
			for (const [key, value] of Object.entries(namespace)) module.setExport(key, value);
		},
		{context, identifier: specifier},
	);
	return module;
}
function sourceText(url) {
	return new vm.SourceTextModule(readFileSync(fileURLToPath(url), 'utf8'), {
		context,
		identifier: url,
		initializeImportMeta: meta => (meta.url = url),
		importModuleDynamically: (specifier, from) => loaded(specifier, from),
	});
}
async function find(specifier, {identifier}) {
	const url = isBuiltin(specifier) ? specifier : new URL(specifier, identifier).href;
	if (!modules.has(url)) modules.set(url, isBuiltin(url) ? synthetic(url) : sourceText(url));
	return modules.get(url);
}

function loaded(specifier, from) {
	const load = async () => {
		const module = await find(specifier, from);
		if (module.status === 'unlinked') await module.link(find);
		await module.evaluate();
		return module;
	};
	const url = isBuiltin(specifier) ? specifier : new URL(specifier, from.identifier).href;
	// Chunks that are imported at the same time share others, and one that is being linked cannot be again.
	if (!ready.has(url)) ready.set(url, (before = before.then(load)));
	return ready.get(url);
}
const root = await loaded(library, {identifier: library});
const {run, Pool, isTsboxError} = root.namespace;
const options = {store: `${store}/store`, state: `${store}/state`};
const spec = {name, rootfs, command: ['true']};
const {stdout} = await run(spec, {...options, command: ['sh', '-c', 'cat; echo out'], input: 'in '});
const pool = new Pool(spec, {...options, size: 1});
const pooled = await pool.run({command: ['echo', 'pooled']});
await pool.close();
const error = await run({...spec, mem_limit: 'lots'}, options).catch(thrown => thrown);
console.log(stdout + pooled.stdout + isTsboxError(error) + error.code);

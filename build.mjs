import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, relative, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {build} from 'esbuild';
import {divideModules, isPackage} from './scripts.mjs';

const folder = import.meta.dirname;
// Built beside and moved into place, so that a tsbox that runs meanwhile never finds half of it.
const dist = join(folder, `dist.new-${process.pid}`);

/** Digest of files and of all that is in folders, by their names from the folder of the project. */
function digestOf(...names) {
	const hash = createHash('sha256');
	for (const name of names) {
		const path = join(folder, name);
		const files = statSync(path).isDirectory() ? readdirSync(path, {recursive: true}).toSorted() : [''];
		for (const file of files.map(each => join(path, each)).filter(each => statSync(each).isFile()))
			hash.update(`${relative(folder, file)}\0`).update(readFileSync(file));
	}
	return hash.digest('hex');
}

/** What seccomp filters are made from: one that is kept in a store is good as long as none of this changed. */
const seccompBasis = digestOf(
	'config/seccomp.json',
	'config/syscalls',
	'src/seccomp',
	'src/oci/lower-seccomp.ts',
	'src/spec/security/seccomp-profile.ts',
);

/** All that the program is made from: what one build keeps, another does not use. */
const basis = digestOf('bin', 'build.mjs', 'config', 'package-lock.json', 'package.json', 'scripts.mjs', 'src');

/** What both bundles have in common. */
const common = {
	absWorkingDir: folder,
	outdir: dist,
	bundle: true,
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	minifySyntax: true,
	minifyWhitespace: true,
	// Node shows the whole line in which an error was thrown.
	lineLimit: 160,
	// For who asks where an error comes from; the sources themselves would be twice as much again.
	sourcemap: 'linked',
	sourcesContent: false,
	define: {
		SECCOMP_BASIS: JSON.stringify(seccompBasis),
		BUILD: JSON.stringify(basis.slice(0, 16)),
		VERSION: JSON.stringify(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version),
	},
	// CommonJS packages in a bundle ask for Node's own modules through require. Where another bundler makes CommonJS of it there is
	// no import.meta.url, and a __filename instead.
	banner: {
		js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url??__filename);",
	},
	metafile: true,
	logLevel: 'warning',
};

/**
 * string-width loaded when it is first asked about more than ASCII: V8 reads its expressions of all emoji for 30 ms, and few
 * names need them.
 */
const widthWhenAsked = {
	name: 'width-when-asked',
	setup: ({onResolve, onLoad, resolve: find}) => {
		onResolve({filter: /^string-width$/}, async ({path, kind, resolveDir, pluginData}) =>
			pluginData === 'found'
				? undefined
				: {
						path: relative(folder, (await find(path, {kind, resolveDir, pluginData: 'found'})).path),
						namespace: 'whenAsked',
					},
		);
		onLoad({filter: /./, namespace: 'whenAsked'}, ({path}) => ({
			resolveDir: folder,
			contents: `let loaded;
				export default (text, options) =>
					/^[\\x20-\\x7e]*$/.test(text)
						? text.length
						: (loaded ??= require(${JSON.stringify(`./${path}`)}).default)(text, options);`,
		}));
	},
};

/** How a module is named in its script. */
const idOf = path => path.replace(/^src\//, '').replace(/\.tsx?$/, '');

/** Modules that Node itself has loaded. Others take up to 12 ms each: node:crypto loads all that streams need. */
const alwaysLoaded = new Set(['node:events', 'node:fs', 'node:path', 'node:url', 'node:util']);

/** Whether a module may be loaded when something of it is used. Packages use modules themselves, as a class. */
const canWait = ({kind, importer}) => kind === 'import-statement' && !importer.includes('/node_modules/');

/** What precedes the name of a script where a file is named: its list of modules is no file. */
const listOf = 'modules of ';

/** What scripts are bundled with. */
const asScript = {
	format: 'cjs',
	banner: {},
	minify: true,
	define: {...common.define, 'import.meta.url': 'moduleUrl'},
	// The ES modules of yaml load faster than its CommonJS ones.
	alias: {yaml: join(folder, 'node_modules/yaml/browser/dist/index.js')},
};

/**
 * Writes one of the scripts. It is CommonJS, because only a vm.Script can be loaded with the code that V8 compiled before
 * (bin/load-program.cjs does), and one file for many modules, because each file that is opened costs a start half a millisecond.
 */
async function bundleScript(name, {places, shared}) {
	const elsewhere = {
		name: 'elsewhere',
		setup: ({onResolve, resolve: find}) => {
			onResolve({filter: /./}, async ({path, namespace, pluginData, with: attributes, ...asked}) => {
				if (asked.kind === 'entry-point' || pluginData === 'found') return undefined;
				if (path.startsWith('node:'))
					return canWait(asked) && !alwaysLoaded.has(path) ? {path: `later:${path}`, external: true} : undefined;
				const found = await find(path, {...asked, pluginData: 'found', with: attributes});
				const module = relative(folder, found.path);
				const place = places.get(module);
				const isOnDemand = asked.kind === 'dynamic-import' || namespace === 'whenAsked';
				if (place === undefined || (!isOnDemand && (place === name || isPackage(module)))) return undefined;
				return {path: `${isOnDemand ? '' : 'later:'}${place}#${idOf(module)}`, external: true};
			});
		},
	};
	const exported = [...(shared.get(name) ?? [])].map(
		path => `export * as ${JSON.stringify(idOf(path))} from './${path}';`,
	);
	const {metafile, outputFiles} = await build({
		...common,
		...asScript,
		stdin: {
			contents: exported.join('\n'),
			resolveDir: folder,
			sourcefile: `${listOf}${name}`,
		},
		entryNames: name,
		plugins: [widthWhenAsked, elsewhere],
		write: false,
		// Named here, as it is one line down.
		sourcemap: 'external',
	});
	const [map, code] = outputFiles.map(({text}) => text);
	// V8 gives code that was compiled before no way to import: bin/load-program.cjs has it under this name, which is as long as
	// `import`, so that the map stays true.
	const body = code.replaceAll(/\bimport(?=\("(?:\w+#|node:))/g, 'demand');
	const script = `(function(exports,require,module,moduleUrl,demand){\n${body}})\n`;
	const digest = createHash('sha256').update(script).digest('hex').slice(0, 16);
	// The digest ends it: the compiled code is kept under it.
	writeFileSync(join(dist, `${name}.cjs`), `${script}//# sourceMappingURL=${name}.cjs.map\n//${digest}`);
	writeFileSync(join(dist, `${name}.cjs.map`), map.replace('"mappings": "', '"mappings": ";'));
	return metafile;
}

/** Writes the scripts of the program; gives their names and metafiles. */
async function bundleProgram() {
	const whole = {...common, ...asScript, entryPoints: ['src/cli/start.ts'], plugins: [widthWhenAsked]};
	const divided = divideModules((await build({...whole, write: false})).metafile.inputs);
	const metafiles = await Promise.all(divided.scripts.map(name => bundleScript(name, divided)));
	return {scripts: divided.scripts, metafiles};
}

/** The library; what is imported on demand, and what several of those need, is in chunks. */
async function bundleLibrary() {
	const entryPoints = {index: 'src/index.ts'};
	// The names of chunks are made from the folder's, too, and the one that is written to has another name each time.
	const outdir = join(folder, 'dist');
	const chunkNames = 'chunks/[name]-[hash]';
	const built = await build({...common, entryPoints, outdir, splitting: true, chunkNames, write: false});
	for (const {path, contents} of built.outputFiles) {
		const file = join(dist, relative(outdir, path));
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, contents);
	}
	return built;
}

/** The declarations of what src/index.ts exports; by the compiler, which is there in a checkout but not in an install. */
async function declare() {
	const compiler = findPackage('typescript');
	if (compiler === undefined) return;
	const project = join(dist, 'tsconfig.json');
	const compilerOptions = {
		rootDir: '../src',
		outDir: 'types',
		noEmit: false,
		declaration: true,
		emitDeclarationOnly: true,
	};
	writeFileSync(
		project,
		JSON.stringify({extends: '../tsconfig.json', compilerOptions, include: [], files: ['../src/index.ts']}),
	);
	await promisify(execFile)(process.execPath, [join(compiler, 'bin/tsc'), '--project', project]);
	rmSync(project);
	const types = join(dist, 'types');
	for (const file of readdirSync(types, {recursive: true})) if (file.endsWith('.d.ts')) standAlone(join(types, file));
}

/** What is installed has no packages beside it: the types of those that are bundled are any, and none is asked for. */
function standAlone(file) {
	const text = readFileSync(file, 'utf8');
	writeFileSync(file, text.replaceAll(/^import .* from '(?:zod\/mini|yaml)';$/gm, '// @ts-ignore\n$&'));
}

/** The manual pages, from the data of the verbs and the schema of a spec. */
async function writeManual() {
	const file = join(dist, 'man-pages.mjs');
	const entryPoints = {'man-pages': 'src/cli/man/man-pages.ts'};
	// Only what is loaded at once is of use here.
	const options = {bundle: true, platform: 'node', format: 'esm', packages: 'external', absWorkingDir: folder};
	await build({...options, entryPoints, outdir: dist, outExtension: {'.js': '.mjs'}, logLevel: 'warning'});
	const {manPages} = await import(pathToFileURL(file).href);
	const json = path => JSON.parse(readFileSync(join(folder, path), 'utf8'));
	const pages = await manPages(json('config/schema/tsbox.schema.json'), json('package.json').version);
	mkdirSync(join(dist, 'man'));
	for (const [name, text] of Object.entries(pages)) writeFileSync(join(dist, 'man', name), text);
	rmSync(file);
}

/** Leaves out the lists that {@link bundleScript} bundles. */
function omitLists(inputs) {
	return Object.fromEntries(Object.entries(inputs).filter(([path]) => !path.startsWith(listOf)));
}

/** One metafile of all bundles, in which each input has the name of the file that its text is from. */
function mergeMetafiles(metafiles) {
	const merged = {inputs: {}, outputs: {}};
	for (const metafile of metafiles) {
		const {inputs, outputs} = JSON.parse(JSON.stringify(metafile).replaceAll('"whenAsked:', '"'));
		// The bill of materials is of files that there are.
		for (const [path, output] of Object.entries(outputs))
			merged.outputs[path] = {...output, inputs: omitLists(output.inputs)};
		for (const [path, input] of Object.entries(omitLists(inputs)))
			merged.inputs[path] = {...input, imports: [...(merged.inputs[path]?.imports ?? []), ...input.imports]};
	}
	return merged;
}

/** The licences of the packages that are in the bundles; they ask to go along with every copy. */
function writeLicences({inputs}) {
	const folders = new Set(
		Object.keys(inputs).flatMap(input => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []),
	);
	const texts = [...folders]
		.toSorted((one, other) => one.localeCompare(other, 'en'))
		.map(path => {
			const at = resolve(folder, path);
			const {name, version, license} = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
			const file = readdirSync(at).find(each => /^licen[cs]e/i.test(each));
			const text = file === undefined ? '' : `\n${readFileSync(join(at, file), 'utf8').trim()}\n`;
			return `${name} ${version}: ${license}\n${text}`;
		});
	writeFileSync(join(dist, 'LICENCES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** The bill of materials of the bundles, for scanners, which find no package in them: CycloneDX, checked against its schema. */
async function writeBom(metafile) {
	const file = join(dist, 'bundles.meta.json');
	writeFileSync(file, JSON.stringify(metafile));
	const program = join(folder, 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js');
	const options = ['--output-reproducible', '--validate', '--bwd', folder, '-o', join(dist, 'tsbox.cdx.json')];
	// Without a PATH: it would ask yarn and bun for their caches, if they were there.
	await promisify(execFile)(process.execPath, [program, ...options, file], {env: {}});
	if (!process.argv.includes('--analyze')) rmSync(file);
}

function findPackage(name) {
	try {
		return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
	} catch {
		return undefined;
	}
}

mkdirSync(dist);
process.on('exit', () => rmSync(dist, {recursive: true, force: true}));
const [program, library] = await Promise.all([bundleProgram(), bundleLibrary(), declare(), writeManual()]);
const metafile = mergeMetafiles([...program.metafiles, library.metafile]);
writeLicences(metafile);
writeFileSync(join(dist, 'build'), `${basis.slice(0, 16)}\n`);
await writeBom(metafile);
const old = join(folder, `dist.old-${process.pid}`);
rmSync(old, {recursive: true, force: true});
try {
	renameSync(join(folder, 'dist'), old);
} catch (error) {
	if (error.code !== 'ENOENT') throw error;
}
renameSync(dist, join(folder, 'dist'));
rmSync(old, {recursive: true, force: true});
// As the first starts would, each of which would wait for it.
await promisify(execFile)(process.execPath, [
	join(folder, 'bin/keep-compiled.cjs'),
	...program.scripts.map(name => join(folder, `dist/${name}.cjs`)),
]);

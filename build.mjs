import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, relative, resolve} from 'node:path';
import {promisify} from 'node:util';
import {setFlagsFromString} from 'node:v8';
import {Script} from 'node:vm';
import {build} from 'esbuild';

const folder = import.meta.dirname;
// Built beside and moved into place, so that a tsbox that runs meanwhile never finds half of it.
const dist = join(folder, `dist.new-${process.pid}`);

/** What seccomp filters are made from: one that is kept in a store is good as long as none of this changed. */
function seccompBasis() {
	const hash = createHash('sha256');
	for (const name of [
		'config/seccomp.json',
		'config/syscalls',
		'src/seccomp',
		'src/oci/lower-seccomp.ts',
		'src/spec/seccomp-profile.ts',
	]) {
		const path = join(folder, name);
		const files = statSync(path).isDirectory()
			? readdirSync(path)
					.toSorted()
					.map(file => join(path, file))
			: [path];
		for (const file of files) if (statSync(file).isFile()) hash.update(readFileSync(file));
	}
	return hash.digest('hex');
}

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
	jsx: 'automatic',
	// React's development build is several times as large and slower.
	define: {
		'process.env.NODE_ENV': '"production"',
		'process.env.DEV': '"false"',
		SECCOMP_BASIS: JSON.stringify(seccompBasis()),
	},
	// Ink imports it only when DEV is set.
	external: ['react-devtools-core'],
	// CommonJS packages in a bundle ask for Node's own modules through require.
	banner: {
		js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
	},
	metafile: true,
	logLevel: 'warning',
};

/** What every start of a container needs: it goes into the program's own file. All else is loaded when it is asked for. */
const always = /\/engine\/(up|exec-in|open-machine|plan-container|load-project)\.ts$/;

/**
 * The program in one file, without what it imports on demand: each file that Node loads costs a start half a millisecond.
 * It is CommonJS, because only a vm.Script can be loaded with the code that V8 compiled before (bin/tsbox does). Gives the
 * modules that were left out, by the names they get in dist.
 */
async function bundleProgram() {
	const onDemand = {};
	const leaveOut = {
		name: 'leave-out-on-demand',
		setup: ({onResolve}) => {
			onResolve({filter: /./}, ({kind, path, resolveDir}) => {
				if (kind !== 'dynamic-import' || path.startsWith('node:') || always.test(path)) return undefined;
				const isOurs = path.startsWith('.');
				const source = isOurs ? resolve(resolveDir, path) : path;
				const name = `on-demand/${(isOurs ? relative(join(folder, 'src'), source) : path).replace(/\.[jt]sx?$/, '').replaceAll('/', '-')}`;
				onDemand[name] = source;
				return {path: `./${name}.js`, external: true};
			});
		},
	};
	const {metafile, outputFiles} = await build({
		...common,
		format: 'cjs',
		banner: {},
		minify: true,
		define: {...common.define, 'import.meta.url': 'moduleUrl'},
		// The ES modules of yaml load faster than its CommonJS ones.
		alias: {yaml: join(folder, 'node_modules/yaml/browser/dist/index.js')},
		entryPoints: {cli: 'src/cli/start.ts'},
		plugins: [leaveOut],
		write: false,
	});
	// A script from V8's cache has no way to import: bin/tsbox gives it one under this name.
	const text = outputFiles[0].text.replaceAll(/\bimport\("(\.\/on-demand\/[^"]+|node:[^"]+)"\)/g, 'importModule("$1")');
	writeFileSync(join(dist, 'cli.cjs'), `(function(exports,require,module,moduleUrl,importModule){${text}\n})`);
	return {onDemand, metafile};
}

/**
 * Compiles all of the program and keeps what V8 made of it. The flag says "no function is compiled only when it is called";
 * it is taken back first, because V8 refuses code that was kept under other flags than it runs with.
 */
function keepCompiled() {
	setFlagsFromString('--no-lazy');
	// Under the name that it will have: V8 keeps it, for stack traces.
	const script = new Script(readFileSync(join(dist, 'cli.cjs'), 'utf8'), {filename: join(folder, 'dist/cli.cjs')});
	setFlagsFromString('--lazy');
	writeFileSync(join(dist, 'cli.cache'), script.createCachedData());
}

/** The library and what the program imports on demand; what several of them need is in chunks. */
function bundleRest(onDemand) {
	const entryPoints = {index: 'src/index.ts', ...onDemand};
	return build({...common, entryPoints, splitting: true, chunkNames: 'chunks/[name]-[hash]'});
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
const program = await bundleProgram();
const [rest] = await Promise.all([bundleRest(program.onDemand), declare()]);
keepCompiled();
if (process.argv.includes('--analyze')) {
	writeFileSync(join(dist, 'program.meta.json'), JSON.stringify(program.metafile));
	writeFileSync(join(dist, 'rest.meta.json'), JSON.stringify(rest.metafile));
}
const old = join(folder, `dist.old-${process.pid}`);
rmSync(old, {recursive: true, force: true});
try {
	renameSync(join(folder, 'dist'), old);
} catch (error) {
	if (error.code !== 'ENOENT') throw error;
}
renameSync(dist, join(folder, 'dist'));
rmSync(old, {recursive: true, force: true});

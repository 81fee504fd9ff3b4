import {execFile} from 'node:child_process';
import {mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, relative, resolve} from 'node:path';
import {promisify} from 'node:util';
import {build} from 'esbuild';

const folder = import.meta.dirname;
// Built beside and moved into place, so that a tsbox that runs meanwhile never finds half of it.
const dist = join(folder, `dist.new-${process.pid}`);

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
	define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
	// Ink imports it only when DEV is set.
	external: ['react-devtools-core'],
	// CommonJS packages in a bundle ask for Node's own modules through require.
	banner: {
		js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
	},
	metafile: true,
	logLevel: 'warning',
};

/**
 * The program in one file, without what it imports on demand: each file that Node loads costs a start half a millisecond.
 * Gives the modules that were left out, by the names they get in dist.
 */
async function bundleProgram() {
	const onDemand = {};
	const leaveOut = {
		name: 'leave-out-on-demand',
		setup: ({onResolve}) => {
			onResolve({filter: /^\./}, ({kind, path, resolveDir}) => {
				if (kind !== 'dynamic-import') return undefined;
				const source = resolve(resolveDir, path);
				const name = `on-demand/${relative(join(folder, 'src'), source)
					.replace(/\.tsx?$/, '')
					.replaceAll('/', '-')}`;
				onDemand[name] = source;
				return {path: `./${name}.js`, external: true};
			});
		},
	};
	const {metafile} = await build({...common, entryPoints: {cli: 'src/cli/start.ts'}, plugins: [leaveOut]});
	return {onDemand, metafile};
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
const program = await bundleProgram();
const [rest] = await Promise.all([bundleRest(program.onDemand), declare()]);
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

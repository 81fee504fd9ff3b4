import {execFileSync} from 'node:child_process';
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {buildSync} from 'esbuild';
import {withNote} from './elf-note.mjs';

/*
 * `npm run build:exe [-- FILE]`: one file that is this Node and what build.mjs made; single executable applications in Node's manual.
 * It needs nothing of the checkout any more.
 */

const folder = import.meta.dirname;
const to = resolve(process.argv[2] ?? join(folder, `dist.exe/tsbox-${process.platform}-${process.arch}`));

/** A byte of Node that says whether it holds a program. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

/** Pages that `tsbox explain` reads, and the rest of what it reads itself. */
const read = ['package.json', 'dist/build', 'docs/steps.md', 'docs/glossary.md'].concat(
	['tsbox', 'tsbox-config'].map(name => `config/schema/${name}.schema.json`),
);

/** What a user gets to see as files, by their paths in the package. */
function examples() {
	const found = readdirSync(join(folder, 'config/examples'), {recursive: true}).map(name => `config/examples/${name}`);
	const names = ['LICENSE', 'dist/LICENCES.txt', ...found].filter(
		name => !name.endsWith('.ts') && statSync(join(folder, name)).isFile(),
	);
	return Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The scripts of dist, their source maps, and what V8 of this Node compiled of each. */
function scriptsIn(work) {
	mkdirSync(join(work, 'dist'));
	const scripts = readdirSync(join(folder, 'dist')).filter(name => name.endsWith('.cjs'));
	for (const name of scripts) copyFileSync(join(folder, 'dist', name), join(work, 'dist', name));
	// Stack traces name a script as it is named here, from the folder.
	const words = [join(folder, 'bin/keep-compiled.cjs'), ...scripts.map(name => `dist/${name}`)];
	execFileSync(process.execPath, words, {cwd: work, env: {...process.env, NODE_OPTIONS: ''}});
	const compiled = readdirSync(join(work, 'dist')).filter(name => name.endsWith('.cache'));
	return Object.fromEntries(
		scripts.flatMap(name => [
			[`dist/${name}`, join(work, 'dist', name)],
			[`dist/${name}.map`, join(folder, `dist/${name}.map`)],
			[
				`dist/${name}.cache`,
				join(
					work,
					'dist',
					compiled.find(each => each.startsWith(name.replace('.cjs', '-'))),
				),
			],
		]),
	);
}

/** Everything that goes into the executable, in the form that Node reads. */
function blobIn(work) {
	const main = join(work, 'main.cjs');
	const output = join(work, 'blob');
	buildSync({
		entryPoints: [join(folder, 'bin/executable.cjs')],
		outfile: main,
		bundle: true,
		platform: 'node',
		minify: true,
		target: 'node20.19',
	});
	writeFileSync(join(work, 'examples'), JSON.stringify(examples()));
	const assets = {
		...Object.fromEntries(read.map(name => [name, join(folder, name)])),
		...scriptsIn(work),
		examples: join(work, 'examples'),
	};
	const config = join(work, 'config.json');
	writeFileSync(config, JSON.stringify({main, output, disableExperimentalSEAWarning: true, assets}));
	execFileSync(process.execPath, ['--experimental-sea-config', config], {stdio: 'pipe'});
	return readFileSync(output);
}

const work = mkdtempSync(join(tmpdir(), 'tsbox-exe-'));
const beside = `${to}.${process.pid}`;
try {
	const node = readFileSync(realpathSync(process.execPath));
	const at = node.indexOf(`${fuse}0`);
	if (at === -1) throw new Error('this Node cannot hold a program: take one of nodejs.org');
	node[at + fuse.length] = '1'.charCodeAt(0);
	const parts = withNote(node, 'NODE_SEA_BLOB', blobIn(work));
	mkdirSync(resolve(to, '..'), {recursive: true});
	writeFileSync(beside, Buffer.concat(parts), {mode: 0o755});
	const version = execFileSync(beside, ['--version'], {encoding: 'utf8'}).trim();
	renameSync(beside, to);
	process.stdout.write(`${to}: ${version}, ${Math.round(statSync(to).size / 1e6)} MB\n`);
} finally {
	rmSync(work, {recursive: true, force: true});
	rmSync(beside, {force: true});
}

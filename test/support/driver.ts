import {createHash, randomBytes} from 'node:crypto';
import {renameSync} from 'node:fs';
import {basename, join} from 'node:path';
import {buildSync} from 'esbuild';

const folder = join(import.meta.dirname, '../../node_modules/.cache/tsbox-drivers');

/** The text of a program, and the folder from which it imports. */
interface DriverText {
	readonly text: string;
	readonly folder: string;
}

/**
 * Bundles a program of the tests, which imports from `src`, so that Node runs it as it is. With tsx each start would take
 * three seconds of a processor.
 *
 * @param source The path of a module, or the text of one.
 * @returns The path of the program.
 */
export function bundledDriver(source: string | DriverText): string {
	const outfile = join(folder, `${nameOf(source)}.mjs`);
	// Another worker may start the old one: a rename gives it to nobody half written.
	const temporary = `${outfile}.${randomBytes(4).toString('hex')}`;
	buildSync({
		...(typeof source === 'string'
			? {entryPoints: [source]}
			: {stdin: {contents: source.text, resolveDir: source.folder, loader: 'ts'}}),
		outfile: temporary,
		bundle: true,
		platform: 'node',
		format: 'esm',
		logLevel: 'error',
		// As in build.mjs: packages ask for Node's own modules, and a seccomp filter that is kept is used again.
		banner: {
			js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
		},
		define: {SECCOMP_BASIS: JSON.stringify(outfile)},
	});
	renameSync(temporary, outfile);
	return outfile;
}

function nameOf(source: string | DriverText): string {
	if (typeof source === 'string') return basename(source, '.ts');
	return createHash('sha256').update(source.text).digest('hex').slice(0, 16);
}

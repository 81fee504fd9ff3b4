import {copyFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/*
 * `strip` takes out of package.json what nobody can use who has only the package, before npm packs it: its scripts, of which npm would
 * name `prepare` at each install, and what they need; and it lists the man pages, since npm links only those that are listed, whatever
 * `directories.man` says. `restore` takes that back. npm leaves *.orig out of a package.
 */
const file = join(import.meta.dirname, 'package.json');
const original = `${file}.orig`;

// One that is there before is of an npm that was killed.
if (existsSync(original)) renameSync(original, file);
if (process.argv[2] === 'strip') {
	copyFileSync(file, original);
	const man = readdirSync(join(import.meta.dirname, 'dist/man'))
		.toSorted()
		.map(name => `./dist/man/${name}`);
	const stripped = {...JSON.parse(readFileSync(file, 'utf8')), man, scripts: undefined, devDependencies: undefined};
	const beside = `${file}.new`;
	writeFileSync(beside, `${JSON.stringify(stripped, null, '\t')}\n`);
	renameSync(beside, file);
}

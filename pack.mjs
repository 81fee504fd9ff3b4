import {copyFileSync, existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/*
 * `strip` takes out of package.json what nobody can use who has only the package, before npm packs it: its scripts, of which npm would
 * name `prepare` at each install, and what they need. `restore` takes that back. npm leaves *.orig out of a package.
 */
const file = join(import.meta.dirname, 'package.json');
const original = `${file}.orig`;

// One that is there before is of an npm that was killed.
if (existsSync(original)) renameSync(original, file);
if (process.argv[2] === 'strip') {
	copyFileSync(file, original);
	const stripped = {...JSON.parse(readFileSync(file, 'utf8')), scripts: undefined, devDependencies: undefined};
	const beside = `${file}.new`;
	writeFileSync(beside, `${JSON.stringify(stripped, null, '\t')}\n`);
	renameSync(beside, file);
}

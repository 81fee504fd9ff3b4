const {
	closeSync,
	fchmodSync,
	fsyncSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} = require('node:fs');
const {setFlagsFromString} = require('node:v8');
const {Script} = require('node:vm');
const {compiledName} = require('./load-program.cjs');

/*
 * Compiles all of the scripts that are named and keeps what V8 made of them beside them. The flag says "no function is compiled only
 * when it is called"; it is taken back first, because V8 refuses code that was kept under other flags than it runs with.
 */
for (const file of process.argv.slice(2)) {
	const text = readFileSync(file, 'latin1');
	setFlagsFromString('--no-lazy');
	// Under the name that it has: V8 keeps it, for stack traces.
	const script = new Script(text, {filename: file});
	setFlagsFromString('--lazy');
	write(compiledName(file, text), script.createCachedData());
}

/** Writes a file whole or not at all, also where the power fails: V8 would run what is left of one. */
function write(path, bytes) {
	const beside = `${path}.${process.pid}.cache`;
	try {
		// Not a file or a link that is there.
		const descriptor = openSync(beside, 'wx');
		writeFileSync(descriptor, bytes);
		// Whoever may run the script may read this, whatever the umask is.
		fchmodSync(descriptor, 0o644);
		fsyncSync(descriptor);
		closeSync(descriptor);
		renameSync(beside, path);
	} catch (error) {
		rmSync(beside, {force: true});
		throw error;
	}
}

import childProcess from 'node:child_process';
import {syncBuiltinESMExports} from 'node:module';

// Runs before each test file of the project `unit`. The files share a process, so a module is loaded only once.

/** A unit test starts no program, because it must be fast and give the same result on every machine. */
function refuse(): never {
	throw new Error('a unit test starts a program: move the test to a file NAME.programs.test.ts');
}

const {ChildProcess} = childProcess as unknown as {readonly ChildProcess: {readonly prototype: {spawn: () => never}}};
ChildProcess.prototype.spawn = refuse;
Object.assign(childProcess, {spawnSync: refuse, execFileSync: refuse, execSync: refuse});
syncBuiltinESMExports();

// The command line sets this mark; see src/errors/callers-words.ts.
Reflect.deleteProperty(globalThis, Symbol.for('tsbox.isCommandLine'));

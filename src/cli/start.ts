import {closeInheritedDescriptors} from '../host/programs/inherited-descriptors.ts';
import {keepNamedDescriptors} from '../host/programs/named-descriptors.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {descriptorLimit, fewestDescriptors} from '../host/facts/descriptor-limit.ts';
import {engine} from './verb/engine.ts';
import {filesOfExecutable, filesOfPackage} from '../host/files/own-files.ts';
import {isTerminal} from '../host/files/is-terminal.ts';
import {keepIgnoringHangup} from '../host/terminal/kept-hangup.ts';
import {leaveTerminals} from '../host/terminal/leave-terminals.ts';
import {isReaderGone} from '../host/programs/reader-gone.ts';
import {main, report} from './main.ts';
import {processIo} from './process-io.ts';

/**
 * Runs the command line of this process and sets its exit status. A closed terminal or output (`tsbox ps | head -1`) is
 * not an error, and must not leave a container behind.
 *
 * @param packageFolder - undefined in the executable that build-exe.mjs makes
 */
export async function start(packageFolder?: string): Promise<void> {
	const argv = process.argv.slice(2);
	if (argv[0] === 'oci') keepNamedDescriptors(argv);
	closeInheritedDescriptors();
	const own = packageFolder === undefined ? filesOfExecutable() : filesOfPackage(packageFolder);
	if (argv[0] === 'oci') return await startRuntime(argv.slice(1), () => own.read('package.json'));
	const io = processIo(own, keepIgnoringHangup(packageFolder === undefined));
	let failed: Promise<number> | undefined;
	process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
		if (isReaderGone(error) || failed !== undefined) return;
		// For example, output to a full disk. Containers are stopped in order, as after a signal.
		failed = report(error, argv, io);
		if (!process.emit('SIGTERM', 'SIGTERM')) void failed.then(status => process.exit(status));
	});
	process.on('exit', leaveTerminals);
	const limit = descriptorLimit();
	const status =
		limit < fewestDescriptors ? await report(tooFewDescriptors(limit), argv, io) : await main(argv, io, engine);
	process.exitCode = (await failed) ?? status;
}

/** The OCI runtime has a command line of its own, that of runc. Its streams are those of the container: only what is written is opened. */
async function startRuntime(argv: readonly string[], read: () => string): Promise<void> {
	const {runtimeMain} = await import('./runtime/runtime-main.ts');
	const status = await runtimeMain(argv, {
		out: text => void process.stdout.write(text),
		err: text => void process.stderr.write(text),
		version: () => (JSON.parse(read()) as {version: string}).version,
		columns: () => process.stdout.columns ?? 80,
		env: process.env,
		cwd: process.cwd(),
		isTerminal: isTerminal(2),
	});
	// A container that waits at its gate still holds the ends of its pipes here.
	process.exit(status);
}

function tooFewDescriptors(limit: number): TsboxError {
	return new TsboxError('E_SYSTEM', `tsbox needs ${fewestDescriptors} file descriptors, but the limit is ${limit}`, {
		hint: `raise the limit: \`ulimit -Hn ${fewestDescriptors}\``,
	});
}

import {closeInheritedDescriptors} from '../host/inherited-descriptors.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {descriptorLimit, fewestDescriptors} from '../host/descriptor-limit.ts';
import {engine} from './engine.ts';
import {main, report} from './main.ts';
import {processIo} from './process-io.ts';

/**
 * Runs the command line of this process; its exit status is set when all is done. A reader of our output that went away
 * (`tsbox ps | head -1`) is no error, and no reason to leave a container behind.
 */
export async function start(packageFolder: string): Promise<void> {
	closeInheritedDescriptors();
	const argv = process.argv.slice(2);
	const io = processIo(packageFolder);
	process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') return;
		// Such as what is printed going to a full disk.
		void report(error, argv, io).then(status => process.exit(status));
	});
	const limit = descriptorLimit();
	process.exitCode =
		limit < fewestDescriptors ? await report(tooFewDescriptors(limit), argv, io) : await main(argv, io, engine);
}

function tooFewDescriptors(limit: number): TsboxError {
	return new TsboxError('E_SYSTEM', `tsbox may have ${limit} descriptors, and needs ${fewestDescriptors}`, {
		hint: `raise it: \`ulimit -Hn ${fewestDescriptors}\``,
	});
}

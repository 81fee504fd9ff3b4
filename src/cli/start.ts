import {closeInheritedDescriptors} from '../host/inherited-descriptors.ts';
import {engine} from './engine.ts';
import {main} from './main.ts';
import {processIo} from './process-io.ts';

/**
 * Runs the command line of this process; its exit status is set when all is done. A reader of our output that went away
 * (`tsbox ps | head -1`) is no error, and no reason to leave a container behind.
 */
export async function start(packageFolder: string): Promise<void> {
	closeInheritedDescriptors();
	process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') return;
		process.stderr.write(`${error.stack ?? error.message}\n`);
		process.exit(1);
	});
	process.exitCode = await main(process.argv.slice(2), processIo(packageFolder), engine);
}

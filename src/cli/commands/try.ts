import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {hasDashScreen} from '../output/has-screen.ts';
import {defineCommand} from '../verb/command.ts';
import {onScreen} from '../up/on-screen.ts';
import {programOf} from '../verb/program.ts';

/** `tsbox try`: a shell in a container, beside what the kernel shows of it. */
export const tryRootfs = defineCommand({
	name: 'try',
	describe: 'Open a shell in a container, beside what the kernel shows of it',
	examples: [
		['tsbox try', 'a small root filesystem of programs of this machine'],
		['tsbox try host', 'the files of this machine, below a writable layer'],
		['tsbox try rootfs.tar.gz', 'an archive, as `docker export` writes it, or a folder'],
	],
	options: {},
	positionals: [
		{name: 'ROOTFS', describe: 'minimal, host, an archive, or a folder; default minimal', completes: 'file'},
	],
	async run({positionals: [given = 'minimal']}, {io, engine, folders}) {
		const rootfs = ['minimal', 'host'].includes(given) ? given : resolve(io.cwd, given);
		if (!hasDashScreen(io))
			throw new TsboxError('E_USAGE', '`tsbox try` needs a terminal that can move its cursor', {
				hint: 'start a spec: `tsbox run SPEC -- COMMAND`',
			});
		const machine = await engine.openMachine(folders);
		const isClean = await engine.cleanAfter(machine, programOf(io));
		try {
			const {startTry} = await import('../../tui/learn/start-try.ts');
			return await onScreen(io, signal => startTry({machine, rootfs, env: io.env, signal, theme: io.theme}));
		} finally {
			isClean();
		}
	},
});

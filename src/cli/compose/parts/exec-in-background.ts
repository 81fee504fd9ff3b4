import {startInBackground} from '../../../host/programs/background.ts';
import {startWords} from '../../../host/programs/start-words.ts';
import {programOf} from '../../verb/program.ts';
import type {ComposeContext} from './compose-verb.ts';

/** The command and what it is given. */
interface BackgroundExec {
	readonly command: readonly string[];
	readonly env: readonly string[];
	readonly user: string | undefined;
	readonly workdir: string | undefined;
}

/** Runs a command in a container without waiting for it (`compose exec -d`). What it prints is dropped, as in Docker. */
export async function execInBackground(
	name: string,
	{command, env, user, workdir}: BackgroundExec,
	{io, engine, folders}: ComposeContext,
): Promise<number> {
	const {dirs} = await engine.openMachine(folders);
	// A variable without a value is the caller's, whose environment the process in the background does not have.
	const given = env.map(each => (each.includes('=') ? each : `${each}=${io.env[each] ?? ''}`));
	const words = [
		...startWords(programOf(io)),
		'--store',
		dirs.store,
		'--state',
		dirs.state,
		'exec',
		'-T',
		...given.flatMap(each => ['--env', each]),
		...(user === undefined ? [] : ['--user', user]),
		...(workdir === undefined ? [] : ['--workdir', workdir]),
		name,
		'--',
		...command,
	];
	startInBackground(words, '/dev/null');
	return 0;
}

import {defineCommand} from '../verb/command.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';

/** `tsbox cp`: copies files between a container and the host. */
export const cp = defineCommand({
	name: 'cp',
	describe: 'Copy files between a container and the host',
	examples: [
		['tsbox cp demo:/etc/hosts .', 'a file to the host'],
		['tsbox cp job:/out/report.txt .', 'also from an exited container until it is removed'],
		['tsbox cp ./site demo:/srv', 'a folder, to /srv/site'],
		['tsbox cp ./site/. demo:/srv', 'the contents of the folder'],
		['tsbox cp demo:/var/log - > log.tar', 'a tar on standard output'],
		['tsbox cp - demo:/srv < site.tar', 'the contents of a tar'],
	],
	options: {
		archive: {kind: 'flag', short: 'a', describe: 'Keep numeric owners and set-user-ID bits'},
		'follow-link': {kind: 'flag', short: 'L', describe: 'Follow SOURCE if it is a symlink'},
	},
	positionals: [
		{name: 'SOURCE', describe: 'Path, NAME:PATH, or - for a tar', required: true, completes: 'file'},
		{name: 'TARGET', describe: 'Path, NAME:PATH, or - for a tar', required: true, completes: 'file'},
	],
	async run({values, positionals: [from = '', to = '']}, {io, engine, folders}) {
		const [source, target] = [placeOf(from), placeOf(to)];
		if ((source.name === undefined) === (target.name === undefined))
			throw usageError('cp copies between a container and the host: one side is NAME:PATH', undefined, 'cp');
		const inside = source.name === undefined ? target : source;
		const local = source.name === undefined ? from : to;
		if (inside.path === '' || local === '') throw usageError('cp takes no empty path', undefined, 'cp');
		const stream = source.name === undefined ? 'stdin' : 'stdout';
		if (local === '-' && io.isTerminal(stream))
			throw usageError(`cp cannot pass a tar through a terminal, and ${stream} is one`, undefined, 'cp');
		const stop = stopSignals(io, 'the copy');
		try {
			const machine = await engine.openMachine(folders);
			const request = {
				path: inside.path,
				local: local === '-' ? null : local,
				archive: values.archive,
				follow: values['follow-link'],
				cwd: io.cwd,
				signal: stop.signal,
			};
			const name = inside.name ?? '';
			const said = await (source.name === undefined
				? engine.copyIn(machine, name, request)
				: engine.copyOut(machine, name, request));
			const {escapeLines} = await import('../../view/text/escape.ts');
			if (said !== '') io.err(`${escapeLines(said)}\n`);
			return 0;
		} finally {
			stop.close();
		}
	},
});

/** As in Docker, a path that starts with a slash or dot, or has no colon, is on the host. */
function placeOf(text: string): {readonly name: string | undefined; readonly path: string} {
	const colon = text.indexOf(':');
	const isLocal = colon <= 0 || text.startsWith('/') || text.startsWith('.');
	return isLocal ? {name: undefined, path: text} : {name: text.slice(0, colon), path: text.slice(colon + 1)};
}

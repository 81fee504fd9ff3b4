import {defineCommand} from '../verb/command.ts';
import {programOf} from '../verb/program.ts';
import {startWords} from '../../host/programs/start-words.ts';
import {present} from '../../spec/syntax/pick.ts';
import {optionalSpec} from '../options/arguments.ts';

/** `tsbox generate`: writes a systemd unit for a spec. */
export const generate = defineCommand({
	name: 'generate',
	describe: 'Write a systemd unit that starts the services of a spec at boot',
	examples: [
		['tsbox generate systemd shop.yaml > /etc/systemd/system/tsbox-shop.service', 'for the machine'],
		['tsbox generate systemd --user shop.yaml', 'for one user'],
	],
	options: {user: {kind: 'flag', describe: 'Write a unit for `systemctl --user`'}},
	positionals: [
		{name: 'KIND', describe: 'What to write', required: true, choices: ['systemd'], completes: 'none'},
		optionalSpec,
	],
	async run({values, positionals: [, file]}, {io, engine, folders}) {
		// A system unit runs as root, even if a user generates it, so that it must not use the user's folders.
		const {dirs} = await engine.openMachine({...folders, planOnly: true, forRoot: !values.user});
		const project = await engine.loadProject({cwd: io.cwd, env: io.env, ...present({file, config: folders.config})});
		const {systemdUnit} = await import('../../project/client/systemd-unit.ts');
		io.out(
			systemdUnit({
				project: project.name,
				spec: project.file,
				tsbox: startWords(programOf(io)),
				store: dirs.store,
				state: dirs.state,
				needs: project.services.flatMap(({rootfs, volumes}) => [
					...('path' in rootfs ? [rootfs.path] : []),
					...volumes.flatMap(volume => (volume.type === 'bind' ? [volume.source] : [])),
				]),
				user: values.user,
			}),
		);
		return 0;
	},
});

import type {RootfsSource} from '../model/project.ts';
import {parseContainerPath} from '../values/container-path.ts';
import {parseHostName} from '../values/host-name.ts';
import {parseName} from '../values/container-name.ts';
import {parseGroup, parseUser} from '../values/user.ts';
import {key, names, parsed, row, type Shown, showCommand} from './key.ts';
import {fixedNames} from './reproducible.ts';

/** Keys for the command, its user, and the names of a container. */
export const processKeys = {
	container_name: row({
		example: 'web-1',
		about: 'The name of the container.',
		also: ['name', 'id'],
		written: w => w.parsedBy(w.text, parseName),
	}),
	rootfs: row({
		example: './rootfs.tar.gz',
		about:
			'What the root is made of: an archive as `docker export` writes it, a folder, or `host` for an overlay over the root of this machine, in which home folders, keys, sockets and other containers are hidden, or `minimal` for BusyBox or the shell of this machine and nothing else.',
		also: ['root_fs', 'filesystem', 'fs', 'from', 'root_filesystem'],
		written: w => w.rootfs,
		recorded: {rootfs: r => r.rootfs},
		show: ({rootfs}) => (rootfs === undefined ? undefined : showRootfs(rootfs)),
	}),
	entrypoint: row({
		example: ['/bin/sh', '-c'],
		about: 'What is put before `command`; a string is split as a shell does.',
		written: w => w.words,
		recorded: {entrypoint: r => r.words},
		show: ({entrypoint = []}) => showCommand(entrypoint),
	}),
	command: row({
		example: ['sleep', '600'],
		about: 'The program and its arguments; a string is split as a shell does. `/bin/sh` by default.',
		decidedBy: ['entrypoint'],
		also: ['cmd', 'args', 'argv', 'exec', 'run', 'process'],
		written: w => w.words,
		recorded: {command: r => r.words},
		show: ({command = []}) => showCommand(command),
	}),
	environment: row({
		example: {COLOR: 'blue'},
		about: 'Environment variables; a name without a value takes it from the caller.',
		also: ['env', 'envs', 'vars', 'variables', 'environ'],
		written: w => w.mapOrList,
		recorded: {environment: r => r.variables},
		show: ({environment}) => environment,
	}),
	env_file: row({
		example: './app.env',
		about: 'Files with environment variables; later files win, `environment` wins over all.',
		also: ['envfile', 'env-file', 'environment_file'],
		written: w => w.envFiles,
	}),
	working_dir: key('workingDir', {
		...parsed(s => s.text, parseContainerPath),
		example: '/srv',
		about: 'The folder that the command starts in.',
		also: ['workdir', 'cwd', 'dir', 'pwd'],
		option: {name: '--workdir', given: ({workingDir}) => workingDir, parse: parseContainerPath},
	}),
	user: key('user', {
		...parsed(s => s.textOrNumber, parseUser),
		example: '1000:1000',
		about: 'The user that the command runs as: `user[:group]`, names or numbers.',
		also: ['uid', 'username', 'run_as', 'runas'],
		option: {name: '--user', given: ({user}) => user, parse: parseUser},
	}),
	group_add: key('groupAdd', {
		...names(parsed(s => s.textOrNumber, parseGroup)),
		example: ['video', 1001],
		about: 'More groups of the user.',
		also: ['groups', 'gid', 'additional_gids'],
		fallback: [],
	}),
	hostname: row({
		example: 'box',
		about: 'The host name that the container sees; its name by default.',
		also: ['host', 'host_name', 'uts_name'],
		isPlain: true,
		written: w => w.parsedBy(w.text, parseHostName),
		recorded: {hostname: r => r.optional(r.parsedAs(r.text, parseHostName))},
		show: ({hostname}) => hostname,
	}),
	domainname: row({
		example: 'example.org',
		about: 'The NIS domain name that the container sees.',
		written: w => w.parsedBy(w.text, parseHostName),
		recorded: {
			domainname: r => r.optional(r.union([r.parsedAs(r.text, parseHostName), r.literal(fixedNames.domainname)])),
		},
		show: ({domainname}) => domainname,
	}),
};

function showRootfs(rootfs: RootfsSource): Shown {
	switch (rootfs.kind) {
		case 'host':
			return {
				'': 'host',
				...Object.fromEntries((rootfs.show ?? []).map((path, index) => [`host.show.${index}`, path])),
			};
		case 'minimal':
			return 'minimal';
		case 'image':
			return undefined;
		case 'archive':
		case 'directory':
			return rootfs.path;
	}
}

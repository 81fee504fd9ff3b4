import {parsePlatform} from '../image/platform.ts';
import {pullPolicyWord} from '../image/pull-policy.ts';
import type {ImageSource, RootfsSource, Service} from '../model/project.ts';
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
		also: ['root_fs', 'filesystem', 'fs', 'root_filesystem'],
		decidedBy: ['image'],
		written: w => w.rootfs,
		recorded: {rootfs: r => r.rootfs},
		show: ({rootfs}) => (rootfs === undefined ? undefined : showRootfs(rootfs)),
		value: ({rootfs}) => (rootfs?.kind === 'image' ? undefined : rootfs),
	}),
	image: row({
		example: 'nginx:1.27',
		about:
			'The image that the root is made of, in place of `rootfs`: its name as Docker has it, `docker-archive:`, `oci-archive:`, `oci:` or `dir:` with a path, or the path of an archive that `docker save` made. What the image says of its command, user, variables and so on counts where the spec says nothing.',
		also: ['from', 'container_image'],
		isPlain: true,
		decidedBy: ['rootfs'],
		written: w => w.text,
		show: service => imageOf(service)?.reference,
		value: service => imageOf(service)?.reference,
	}),
	build: row({
		example: '.',
		about:
			'How the image is made: the folder with the Dockerfile, or a map. It is built when it is not there, or with `tsbox build` and `up --build`. `image` names it; else it is `PROJECT-SERVICE`.',
		also: ['dockerfile', 'containerfile'],
		isOfProject: true,
		decidedBy: ['rootfs'],
		written: w => w.build,
	}),
	pull_policy: row({
		example: 'daily',
		exampleWith: {image: 'nginx:1.27'},
		about:
			'When the registry is asked for the image: `missing`, which is the default, `always`, `never`, `daily`, `weekly`, `every_12h`, or `refresh`.',
		also: ['image_pull_policy', 'imagepullpolicy'],
		isPlain: true,
		isOfProject: true,
		decidedBy: ['rootfs'],
		written: w => w.pullPolicy,
		show: service => {
			const image = imageOf(service);
			return image === undefined ? undefined : pullPolicyWord(image.pull);
		},
		value: service => imageOf(service)?.pull,
	}),
	pull_refresh_after: row({
		example: '12h',
		exampleWith: {image: 'nginx:1.27'},
		about: 'With `pull_policy: refresh`: how long after a pull the registry is asked again, such as `12h` or `1w`.',
		isPlain: true,
		isOfProject: true,
		decidedBy: ['rootfs'],
		written: w => w.refreshAfter,
	}),
	platform: row({
		example: 'linux/amd64',
		exampleWith: {image: 'nginx:1.27'},
		about: 'The operating system and the processor that the image is taken for; those of this machine by default.',
		also: ['arch', 'architecture'],
		isPlain: true,
		decidedBy: ['rootfs'],
		written: w => w.parsedBy(w.text, parsePlatform),
		show: service => imageOf(service)?.platform,
		value: service => imageOf(service)?.platform,
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
		about:
			'The program and its arguments; a string is split as a shell does. Those of the image by default, or `/bin/sh`.',
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
		recorded: {environment: r => r.variables, withoutVariables: r => r.optional(r.array(r.withoutNul))},
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

function imageOf({rootfs}: Partial<Service>): ImageSource | undefined {
	return rootfs?.kind === 'image' ? rootfs : undefined;
}

import {alias, command, key, names, plain, texts} from './key.ts';

/** What runs in a container, as whom, and what it is called. */
export const processKeys = {
	container_name: alias,
	rootfs: key('rootfs', {
		show: rootfs =>
			rootfs.kind === 'host'
				? {
						'': 'host',
						...Object.fromEntries((rootfs.show ?? []).map((path, index) => [`host.show.${index}`, path])),
					}
				: rootfs.path,
	}),
	entrypoint: key('entrypoint', command),
	command: key('command', command),
	environment: key('environment', texts),
	env_file: alias,
	working_dir: key('workingDir', plain),
	user: key('user', plain),
	group_add: key('groupAdd', names),
	hostname: key('hostname', plain, {isPlain: true}),
	domainname: key('domainname', plain),
};

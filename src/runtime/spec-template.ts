import profile from '../../config/default-profile.json' with {type: 'json'};

const kept = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];

/** The configuration that `spec` writes, to begin with: a shell in namespaces of its own, with the members of runc's. */
const specTemplate = {
	ociVersion: '1.2.0',
	process: {
		terminal: true,
		user: {uid: 0, gid: 0},
		args: ['sh'],
		env: [`PATH=${profile.path}`, 'TERM=xterm'],
		cwd: '/',
		capabilities: {bounding: kept, effective: kept, permitted: kept},
		rlimits: [{type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024}],
		noNewPrivileges: true,
	},
	root: {path: 'rootfs', readonly: true},
	hostname: 'tsbox',
	mounts: [
		{destination: '/proc', type: 'proc', source: 'proc'},
		{
			destination: '/dev',
			type: 'tmpfs',
			source: 'tmpfs',
			options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
		},
		{
			destination: '/dev/pts',
			type: 'devpts',
			source: 'devpts',
			options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
		},
		{
			destination: '/dev/shm',
			type: 'tmpfs',
			source: 'shm',
			options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
		},
		{destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev']},
		{destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro']},
		{
			destination: '/sys/fs/cgroup',
			type: 'cgroup',
			source: 'cgroup',
			options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
		},
	],
	linux: {
		resources: {devices: [{allow: false, access: 'rwm'}]},
		namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map(type => ({type})),
		maskedPaths: profile.maskedPaths.filter(path => !path.includes('*')),
		readonlyPaths: profile.readonlyPaths.filter(path => !path.includes('*')),
	},
} as const;

/**
 * The same for an ordinary user, as runc has it: a user namespace whose root is the caller, the network and the /sys of the host, and no limits.
 */
function rootlessTemplate({uid, gid}: {readonly uid: number; readonly gid: number}) {
	const {linux, mounts} = specTemplate;
	const {resources: _, ...rest} = linux;
	return {
		...specTemplate,
		// Control groups come with /sys: the kernel mounts the same ones a second time on one folder for nobody.
		mounts: mounts
			.filter(({destination}) => !destination.startsWith('/sys/'))
			.map(mount => {
				if (mount.destination === '/sys')
					return {...mount, type: 'none', source: '/sys', options: ['rbind', 'nosuid', 'noexec', 'nodev', 'ro']};
				const options = 'options' in mount ? mount.options.filter(option => !/^[ug]id=/.test(option)) : undefined;
				return {...mount, ...(options === undefined ? {} : {options})};
			}),
		linux: {
			...rest,
			namespaces: [...linux.namespaces.filter(({type}) => type !== 'network'), {type: 'user'}],
			uidMappings: [{containerID: 0, hostID: uid, size: 1}],
			gidMappings: [{containerID: 0, hostID: gid, size: 1}],
		},
	};
}

/**
 * The configuration that `spec` writes.
 *
 * @param user - the ordinary user that it is for; undefined for root
 * @param onV2 - control groups are of version 2. Those of version 1 have no namespace in it, as in runc
 */
export function templateOf(user: {readonly uid: number; readonly gid: number} | undefined, onV2: boolean): object {
	const template = user === undefined ? specTemplate : rootlessTemplate(user);
	const namespaces = template.linux.namespaces.filter(({type}) => onV2 || type !== 'cgroup');
	return {...template, linux: {...template.linux, namespaces}};
}

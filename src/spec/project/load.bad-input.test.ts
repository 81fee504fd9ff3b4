import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {loadProject} from './load.ts';
import type {SpecRequest} from '../keys/request.ts';

/** What tsbox prints for this text in /home/ada/box.yaml, with a rootfs folder `root` beside it. */
function complaint(
	text: string | undefined,
	more: Partial<SpecRequest> = {},
	files: Record<string, string> = {},
): string {
	const all: Record<string, string | undefined> = {'/home/ada/box.yaml': text, ...files};
	try {
		loadProject({
			file: 'box.yaml',
			cwd: '/home/ada',
			env: {},
			readText: path => all[path],
			kindOf: path => (path === '/home/ada/root' ? 'directory' : undefined),
			...more,
		});
		return 'no error';
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		const hint = error.hint === undefined ? [] : [`hint: ${error.hint}`];
		return [`${error.code} ${error.message}`, error.output ?? '(no output)', ...hint].join('\n');
	}
}

/** A file with one service, these mounts, and these volumes. */
function withVolumes(mounts: string, declared: string): string {
	return `services:\n  web:\n    rootfs: host\n    volumes: ${mounts}\nvolumes:\n  ${declared}\n`;
}

const inputs: readonly (readonly [string, string | undefined])[] = [
	['no file', undefined],
	['an empty file', ''],
	['a file of comments', '# nothing\n'],
	['a list', '- rootfs: host\n'],
	['a word', 'host\n'],
	['a binary file', '\x1f\x8b\0\0'],
	['not YAML', 'rootfs: host\ncommand: [sh\n'],
	['a tab', 'rootfs: host\nenvironment:\n\tA: 1\n'],
	['a key twice', 'rootfs: host\nhostname: a\nhostname: b\n'],
	['two documents', 'rootfs: host\n---\nrootfs: host\n'],
	['an unknown anchor', 'rootfs: host\ncommand: *nothing\n'],
	['an unknown tag', 'rootfs: !secret host\n'],
	['an anchor that contains itself', 'rootfs: host\ncommand: &a [*a]\n'],
	[
		'anchors that expand without end',
		`rootfs: host
x-0: &a0 [x, x, x, x, x, x, x, x, x, x]
${Array.from({length: 9}, (_, i) => `x-${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`).join('\n')}
command: *a9
`,
	],
	[
		'merges that expand without end',
		`rootfs: host
x-0: &a0 {k: v}
${Array.from({length: 9}, (_, i) => `x-${i + 1}: &a${i + 1} {<<: [${Array(10).fill(`*a${i}`).join(', ')}]}`).join('\n')}
labels: *a9
`,
	],
	['a misspelt key', 'rootfs: host\nhostnme: x\n'],
	['a misspelt key of a service', 'services:\n  web:\n    rootfs: host\n    enviroment: {}\n'],
	['a misspelt key deep down', 'rootfs: host\ndeploy: {resources: {limits: {memroy: 1g}}}\n'],
	['an image whose tag is in a variable that is not set', 'image: "nginx:${TAG}"\n'],
	['a number in a variable that is not set', 'rootfs: host\nmem_limit: "${LIMIT}"\n'],
	['a key of compose', 'image: alpine\nlabel_file: ./labels\n'],
	['a section of compose', 'services: {a: {rootfs: host, models: [llm]}}\nmodels: {llm: {model: x}}\n'],
	['a container and services', 'rootfs: host\nservices: {a: {rootfs: host}}\n'],
	['no services', 'services: {}\n'],
	['no rootfs', 'command: sh\n'],
	['no rootfs in a service', 'services:\n  web:\n    command: sh\n'],
	['a rootfs that is not there', 'rootfs: ./none.tar\n'],
	['a host that shows nothing', 'rootfs: {host: {}}\n'],
	['a host that shows a misspelt key', 'rootfs: {host: {shows: [/home]}}\n'],
	['a host that shows an empty path', 'rootfs: {host: {show: [""]}}\n'],
	['a rootfs that is a list', 'rootfs: [host]\n'],
	['a key without a value', 'rootfs: host\nmem_limit:\n'],
	['a size of parsecs', 'rootfs: host\nmem_limit: 12 parsecs\n'],
	['a path of Windows', 'rootfs: host\nvolumes: ["C:\\\\data:/b"]\n'],
	['a bind of a path of Windows', withVolumes('[{type: bind, source: "D:/data", target: /x}]', 'data:')],
	['a negative size', 'rootfs: host\nmem_limit: -1\n'],
	['a negative cpu count', 'rootfs: host\ncpus: -1\n'],
	['a duration without a unit', 'rootfs: host\nstop_grace_period: 10\n'],
	['a number for a boolean', 'rootfs: host\nread_only: 1\n'],
	['a record that is no boolean', 'rootfs: host\nrecord: always\n'],
	['a number among words', 'rootfs: host\ncommand: [sleep, 60]\n'],
	['an open quote in a command', 'rootfs: host\ncommand: "echo \'hi"\n'],
	['an empty command', 'rootfs: host\ncommand: []\n'],
	['a namespace by its short name', 'rootfs: host\nnamespaces: [mnt, pid]\n'],
	['pivot without a mount namespace', 'rootfs: host\nnamespaces: [pid]\n'],
	['a hostname without a uts namespace', 'rootfs: host\nnamespaces: [mount]\nhostname: a\n'],
	['swap below memory', 'rootfs: host\nmem_limit: 100m\nmemswap_limit: 50m\n'],
	['swap without memory', 'rootfs: host\nmemswap_limit: 50m\n'],
	['two limits that differ', 'rootfs: host\ncpus: 1\ndeploy: {resources: {limits: {cpus: 2}}}\n'],
	['a relative target', 'rootfs: host\nvolumes: [./a:b]\n'],
	['a target with ..', 'rootfs: host\nvolumes: [./a:/b/../etc]\n'],
	['a target of /', 'rootfs: host\nvolumes: [./a:/]\n'],
	['a target below /proc', 'rootfs: host\nvolumes: [./a:/proc/sys]\n'],
	['a target that is /dev', 'rootfs: host\ntmpfs: /dev/\n'],
	['a target twice', 'rootfs: host\nvolumes: [./a:/b, ./c:/b/]\n'],
	['a named volume', 'rootfs: host\nvolumes: [data:/x]\n'],
	['an anonymous volume at a folder that tsbox makes', 'rootfs: host\nvolumes: [/proc]\n'],
	['a volume of another type', 'rootfs: host\nvolumes: [{type: npipe, source: a, target: /a}]\n'],
	['a volume that is not declared', withVolumes('[dta:/x]', 'data:')],
	['a volume that is like no other', withVolumes('[cache:/x]', 'data:')],
	['a volume where none is declared', 'services: {a: {rootfs: host, volumes: ["data:/x"]}}\n'],
	[
		'a volume that is not declared, in the long form',
		withVolumes('[{type: volume, source: dat, target: /x}]', 'data:'),
	],
	[
		'a subpath out of its volume',
		withVolumes('[{type: volume, source: data, target: /x, volume: {subpath: ../a}}]', 'data:'),
	],
	['a mount of an image', withVolumes('[{type: image, source: alpine, target: /x}]', 'data:')],
	['a source that is neither a path nor a name', withVolumes('["da ta:/x"]', 'data:')],
	['a driver', withVolumes('["data:/d"]', 'data: {driver: nfs}')],
	['driver options', withVolumes('[]', 'data: {driver: local, driver_opts: {type: tmpfs}}')],
	['labels of an external volume', withVolumes('[]', 'data: {external: true, labels: {a: b}}')],
	['a misspelt key of a volume', withVolumes('[]', 'data: {extrnal: true}')],
	['a volume whose name is a path', withVolumes('[]', '../data:')],
	['a volume that is called by a path', withVolumes('[]', 'data: {name: ../../etc}')],
	['a list of volumes', 'services: {a: {rootfs: host}}\nvolumes: [data]\n'],
	['a profile that is a path', 'services: {a: {rootfs: host, profiles: [./x]}}\n'],
	['a profile that is no list', 'services: {a: {rootfs: host, profiles: debug}}\n'],
	['a volume without a target', 'rootfs: host\nvolumes: [{type: bind, source: ./a}]\n'],
	['a line break in a path', 'rootfs: host\nworking_dir: "/a\\nb"\n'],
	['an illegal name', 'rootfs: host\nname: "my box"\n'],
	['a capability misspelt', 'rootfs: host\ncap_add: [NET_ADMN]\n'],
	['a capability added and dropped', 'rootfs: host\ncap_add: [KILL]\ncap_drop: [CAP_KILL]\n'],
	['an unknown limit', 'rootfs: host\nulimits: {nofiles: 3}\n'],
	['a soft limit above the hard', 'rootfs: host\nulimits: {nofile: {soft: 9, hard: 3}}\n'],
	['a parameter of the machine', 'rootfs: host\nsysctls: {vm.swappiness: 0}\n'],
	['another security option', 'rootfs: host\nsecurity_opt: [systempaths=hidden]\n'],
	['a port out of range', 'rootfs: host\nports: [80:70000]\n'],
	['a signal misspelt', 'rootfs: host\nstop_signal: SIGTREM\n'],
	['a variable that is not set where a value is needed', 'rootfs: host\nhostname: a-${NAME}\n'],
	['a variable that is required', 'rootfs: host\nhostname: ${NAME:?give it a name}\n'],
	['a form that compose lacks', 'rootfs: host\nhostname: ${NAME/a/b}\n'],
	['a variable that is not closed', 'rootfs: host\nhostname: ${NAME\n'],
	['an env name with nothing', 'rootfs: host\nenvironment: ["=x"]\n'],
	[
		'two containers of one name',
		'services:\n  a: {rootfs: host, container_name: x}\n  b: {rootfs: host, container_name: x}\n',
	],
	['UTF-16', '\u{fffd}\u{fffd}r\0o\0o\0t\0'],
	['UTF-16 without a mark', '\0r\0o\0o\0t'],
	['a file of a megabyte', `rootfs: host\n#${'x'.repeat(1024 * 1024)}\n`],
	['brackets without end', '['.repeat(5000)],
	['values nested deep', `rootfs: host\nlabels: ${'['.repeat(70)}${']'.repeat(70)}\n`],
	['a key that is indented too far', 'rootfs: host\n command: [sh]\n'],
	['a key of a service that is indented too far', 'services:\n  web:\n    rootfs: host\n\n     command: x\n'],
	['a bracket that is not closed', 'rootfs: host\ncommand: [ls, \'it]\', "]"\n# ]\nhostname: x\n'],
	['a map that is not closed', 'rootfs: host\nenvironment: {A: 1\n'],
	...['memory', 'mem', 'limits', 'caps', 'mounts', 'unshare', 'chroot', 'cgroup', 'cmd', 'env', 'user_ns', 'swap'].map(
		word => [`the word ${word}`, `rootfs: host\n${word}: 1\n`] as const,
	),
	['a name in a service', 'services:\n  web: {rootfs: host, name: x}\n'],
	['a synonym that is no key of a container', 'rootfs: host\ndeploy: {memory: 1g}\n'],
	['an image', 'rootfs: busybox\n'],
	['an image of a registry', 'rootfs: docker.io/library/busybox:1.36\n'],
	['an image of docker', 'rootfs: docker://busybox\n'],
	['an address', 'rootfs: https://example.org/rootfs.tar.gz\n'],
	['an archive without a path', 'rootfs: rootfs.tar.gz\n'],
	['a user that begins with a digit', 'rootfs: host\nuser: 12abc\n'],
	['no signal at all', 'rootfs: host\nstop_signal: SIGFOO\n'],
	['a memory limit in which nothing can start', 'rootfs: host\nmem_limit: 10\n'],
	['several variables in one value', 'rootfs: host\nhostname: ${A:?}-${B}-${C:?give it}\n'],
	['an image and a rootfs', 'image: alpine\nrootfs: host\n'],
	['an image in upper case', 'image: Alpine\n'],
	['an image that is a number', 'image: 1.10\n'],
	['an image of a daemon', 'image: docker-daemon:alpine:3\n'],
	['an image that is not there', 'image: ./image.tar\n'],
	['an image that is a folder', 'image: ./root\n'],
	['an image with a platform of another system', 'image: alpine\nplatform: windows/amd64\n'],
	['a platform of a rootfs', 'rootfs: host\nplatform: linux/amd64\n'],
	['a pull policy misspelt', 'image: alpine\npull_policy: allways\n'],
	['a pull policy without an image', 'rootfs: host\npull_policy: always\n'],
	['an empty entrypoint word with an image', 'image: alpine\nentrypoint: [""]\n'],
	['a health check without a test', 'rootfs: host\nhealthcheck: {interval: 5s}\n'],
	['escape codes', 'rootfs: host\n"\\e[31mred": 1\n'],
];

test.each(inputs)('%s', (_, text) => {
	expect(complaint(text)).toMatchSnapshot();
});

test('a spec that is not a regular file is refused', () => {
	const kinds = (kind: 'directory' | 'other') => complaint(undefined, {kindOf: () => kind});
	expect(kinds('directory')).toMatchInlineSnapshot(`
		"E_SPEC_NOT_FOUND box.yaml is a folder
		(no output)
		hint: pass the path of a spec in it, such as \`box.yaml/tsbox.yaml\`"
	`);
	expect(kinds('other')).toMatchInlineSnapshot(`
		"E_SPEC_NOT_FOUND box.yaml is no regular file
		(no output)
		hint: write the spec to a file"
	`);
});

test('all problems of a file are reported at once, sorted by position, each with its line', () => {
	expect(
		complaint(`rootfs: ./none
hostnme: x
mem_limit: 12 parsecs
command: [sh, -c, "echo \${WHO}"]
volumes:
  - data:/x
`),
	).toMatchInlineSnapshot(`
		"E_SPEC_INVALID box.yaml:1:9: \`rootfs\` names \`/home/ada/none\`, which does not exist (and 3 more problems)
		  1 | rootfs: ./none
		    |         ^^^^^^
		  = make an archive with \`docker export NAME > rootfs.tar\`, or write \`rootfs: host\` or \`rootfs: minimal\`

		box.yaml:2:1: unknown key \`hostnme\`
		  2 | hostnme: x
		    | ^^^^^^^
		  = did you mean \`hostname\`?

		box.yaml:3:12: \`mem_limit\` must be a size such as \`100m\`, \`1.5g\` or \`4096\`, not \`12 parsecs\`
		  3 | mem_limit: 12 parsecs
		    |            ^^^^^^^^^^

		box.yaml:6:5: the volume is \`data\`, a named volume, which a file with one container has no place to declare
		  6 |   - data:/x
		    |     ^^^^^^^
		  = put the container under \`services:\` and the volume under \`volumes:\`, or write \`./data\` for a folder beside the spec
		hint: fix these 4 places"
	`);
});

test('a problem of the command line names its option', () => {
	const options = {environment: ['=x'], user: 'a b', workingDir: 'tmp', volumes: ['x'], name: '-'};
	expect(complaint('rootfs: host\n', {options})).toMatchInlineSnapshot(`
		"E_USAGE --env: a variable needs a name before the \`=\` (and 4 more problems)
		--workdir: it must be an absolute path, not \`tmp\`
		  = write \`/tmp\`

		--user: it must be \`user\`, \`user:group\`, \`uid\` or \`uid:gid\`, not \`a b\`

		--volume: it must be \`SOURCE:TARGET\`, or the path of an anonymous volume, not \`x\`
		  = write the path in the container behind it: \`x:/data\`

		--name: it must begin with a letter or digit and hold at most 64 of \`a-z A-Z 0-9 _ . -\`, not \`-\`
		hint: fix these 5 places"
	`);
});

test('a missing or broken env file is reported with its place', () => {
	expect(complaint('rootfs: host\nenv_file: a.env\n')).toMatchInlineSnapshot(`
		"E_SPEC_INVALID box.yaml:2:11: there is no file \`a.env\`
		  2 | env_file: a.env
		    |           ^^^^^
		hint: write it, or say \`required: false\`"
	`);
	expect(complaint('rootfs: host\nenv_file: a.env\n', {}, {'/home/ada/a.env': 'A=1\nB C\n'})).toMatchInlineSnapshot(`
		"E_SPEC_INVALID a.env:2:1: \`B C\` is not \`NAME=value\`
		  2 | B C
		    | ^^^
		hint: write \`NAME=value\`, or begin the line with \`#\`"
	`);
});

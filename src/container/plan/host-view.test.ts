import {expect, test} from 'vitest';
import type {FileFacts} from '../../host/host.ts';
import {hostView, type HostViewRequest} from './host-view.ts';

interface Tree {
	/** What each path is: a kind, a mode of a folder, or where a symlink leads. */
	readonly files: Readonly<Record<string, 'file' | number | `-> ${string}`>>;
	readonly mounts?: readonly string[];
}

const usual: Tree['files'] = {
	'/home': 0o755,
	'/home/ada': 0o755,
	'/home/ada/app': 0o755,
	'/home/ada/.netrc': 'file',
	'/run': 0o755,
	'/etc': 0o755,
	'/etc/shadow': 'file',
	'/etc/ssh': 0o755,
	'/etc/ssh/ssh_host_rsa_key': 'file',
	'/etc/ssh/ssh_host_rsa_key.pub': 'file',
	'/etc/os-release': 'file',
	'/srv': 0o755,
	'/var': 0o755,
};

function viewOf({files, mounts = []}: Tree, more: Partial<HostViewRequest> = {}) {
	const realpath = (path: string): string | undefined => {
		const link = Object.keys(files).find(
			each => String(files[each]).startsWith('-> ') && (path === each || path.startsWith(`${each}/`)),
		);
		if (link !== undefined) return realpath(String(files[link]).slice(3) + path.slice(link.length));
		return path in files || path === '/' ? path : undefined;
	};
	const kind = (path: string): FileFacts['kind'] => (files[path] === 'file' ? 'file' : 'directory');
	const host = {
		realpath,
		stat: (path: string) =>
			path in files
				? {kind: kind(path), size: 0, mode: Number(files[path]), uid: 0, gid: 0, mtimeMs: 0, ctimeMs: 0, dev: 0, ino: 0}
				: undefined,
		list: (path: string) =>
			Object.keys(files).flatMap(each => (each.startsWith(`${path}/`) ? [each.slice(path.length + 1)] : [])),
		readText: () => ['/', ...mounts].map((path, at) => `${at} 0 8:1 / ${path} rw - ext4 disk rw\n`).join(''),
	};
	const request = {dirs: {store: '/srv/store', state: '/run/tsbox'}, show: [], hostRoot: [], asNobody: false, ...more};
	return hostView(host as unknown as Parameters<typeof hostView>[0], request);
}

const pathsOf = (...args: Parameters<typeof viewOf>): readonly string[] => viewOf(...args).hidden.map(({path}) => path);

test('existing paths of the list are hidden, and the store even before it exists', () => {
	expect(pathsOf({files: usual})).toEqual(['/etc/shadow', '/etc/ssh/ssh_host_rsa_key', '/home', '/run', '/srv/store']);
});

test('the target of a symlink is hidden, except / and kernel folders', () => {
	const files = {
		...usual,
		'/home': '-> /var/home',
		'/var/home': 0o755,
		'/boot': '-> /',
		'/var/mail': '-> /dev',
	} as const;
	expect(pathsOf({files})).toContain('/var/home');
	expect(pathsOf({files}).filter(path => ['/', '/dev', '/boot', '/home'].includes(path))).toEqual([]);
});

test('paths below another mount are not in an overlay, the mount point itself is', () => {
	const files = {...usual, '/var/lib/docker': 0o755, '/var/lib': 0o755};
	expect(pathsOf({files, mounts: ['/home', '/var']})).toEqual(expect.arrayContaining(['/home']));
	expect(pathsOf({files, mounts: ['/home', '/var']})).not.toContain('/var/lib/docker');
	expect(
		pathsOf(
			{files},
			{
				hostRoot: [
					{name: 'etc', kind: 'folder'},
					{name: 'run', kind: 'covered'},
				],
			},
		),
	).toEqual(['/etc/shadow', '/etc/ssh/ssh_host_rsa_key']);
});

test('a container whose ids own nothing cannot reach into a closed folder', () => {
	const files = {...usual, '/srv': 0o750};
	expect(pathsOf({files}, {asNobody: true})).not.toContain('/srv/store');
	expect(pathsOf({files})).toContain('/srv/store');
});

test('`show` opens a path of the list or a folder below one, and the most specific path wins', () => {
	const at = (...show: readonly string[]) => {
		const {hidden, shown} = viewOf({files: usual}, {show, dirs: {store: '/home/ada/app/store', state: '/run/tsbox'}});
		return {hidden: hidden.map(({path}) => path).filter(path => !path.startsWith('/etc')), shown};
	};
	expect(at()).toEqual({hidden: ['/home', '/run'], shown: []});
	expect(at('/home')).toEqual({hidden: ['/home/ada/app/store', '/run'], shown: []});
	expect(at('/home/ada/app')).toEqual({hidden: ['/home', '/home/ada/app/store', '/run'], shown: ['/home/ada/app']});
	expect(at('/run')).toEqual({hidden: ['/home', '/run/tsbox'], shown: []});
});

test.each([
	['/etc/os-release', 'it is not hidden'],
	['/etc', 'it is not hidden'],
	['/home/ada/nothing', 'it does not exist, or you may not read it'],
	['/home/ada/.netrc', 'only a folder can be shown below a hidden one'],
	['/srv', 'it is on another filesystem than /, which an overlay does not show'],
])('`show` of %s, which would open nothing, is refused: %s', (path, why) => {
	expect(() => viewOf({files: usual, mounts: ['/srv']}, {show: [path]})).toThrow(
		expect.objectContaining({code: 'E_SPEC_INVALID', why, hint: expect.stringMatching(/./)}),
	);
});

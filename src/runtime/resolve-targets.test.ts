import {expect, test} from 'vitest';
import type {OciMount} from '../oci/config.ts';
import {resolveTargets} from './resolve-targets.ts';

/** A tree of symlinks and of nothing else. */
function treeOf(links: Readonly<Record<string, string>>) {
	return {
		lstat: (path: string) => (links[path] === undefined ? undefined : ({kind: 'symlink'} as never)),
		readlink: (path: string) => links[path],
	};
}

function mountOn(destination: string, source = 'tmpfs'): OciMount {
	return {destination, source, type: source === 'tmpfs' ? 'tmpfs' : 'bind', options: []};
}

test('symlinks of the root filesystem are followed inside of it', () => {
	const host = treeOf({
		'/r/var/run': '/run',
		'/r/etc/resolv.conf': '../run/systemd/resolv.conf',
		'/r/out': '../../../../etc',
	});
	const mounts = ['/var/run/secrets', '/etc/resolv.conf', '/out/passwd'].map(path => mountOn(path));
	expect(resolveTargets(host, '/r', mounts, []).targets).toEqual({
		'/var/run/secrets': '/run/secrets',
		'/etc/resolv.conf': '/run/systemd/resolv.conf',
		'/out/passwd': '/etc/passwd',
	});
});

test('below a bind mount its source counts, and below a new filesystem nothing is there', () => {
	const host = treeOf({'/r/data/link': '/wrong', '/srv/data/link': '/tmp', '/r/run/link': '/wrong'});
	const mounts = [mountOn('/data', '/srv/data'), mountOn('/data/link/x'), mountOn('/run'), mountOn('/run/link/x')];
	expect(resolveTargets(host, '/r', mounts, []).targets).toMatchObject({
		'/data/link/x': '/tmp/x',
		'/run/link/x': '/run/link/x',
	});
});

test('symlinks that lead in a circle are left to the kernel', () => {
	expect(resolveTargets(treeOf({'/r/a': 'b', '/r/b': 'a'}), '/r', [mountOn('/a/x')], []).targets).toEqual({
		'/a/x': '/a/x',
	});
});

test('paths to hide are found through symlinks, and on the host', () => {
	const host = treeOf({'/r/link': '/data/secret'});
	const mounts = [mountOn('/data', '/srv/data'), mountOn('/run')];
	expect(resolveTargets(host, '/r', mounts, ['/link', '/run/x', '/plain'])).toMatchObject({
		targets: {'/link': '/data/secret', '/run/x': '/run/x', '/plain': '/plain'},
		places: {'/link': '/srv/data/secret', '/plain': '/r/plain'},
	});
});

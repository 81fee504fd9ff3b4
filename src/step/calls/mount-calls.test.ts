import {expect, test} from 'vitest';
import {callText} from './call.ts';
import {mountCalls} from './mount-calls.ts';

const texts = (type: string, options: readonly string[]): readonly string[] =>
	mountCalls({source: '/a', target: '/b', type, options}).map(callText);

test('a filesystem is one call, with its own options as data', () => {
	expect(texts('tmpfs', ['nosuid', 'nodev', 'mode=755', 'size=64k'])).toEqual([
		'mount("/a", "/b", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64k")',
	]);
	expect(texts('proc', ['defaults'])).toEqual(['mount("/a", "/b", "proc", 0, NULL)']);
});

test('the flags of a bind mount take a second call, because the kernel ignores them in the first', () => {
	expect(texts('none', ['bind', 'ro', 'nosuid'])).toEqual([
		'mount("/a", "/b", NULL, MS_BIND, NULL)',
		'mount(NULL, "/b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, NULL)',
	]);
	expect(texts('none', ['rbind'])).toEqual(['mount("/a", "/b", NULL, MS_BIND | MS_REC, NULL)']);
});

test('a later option takes back what an earlier one asked for', () => {
	expect(texts('tmpfs', ['ro', 'noexec', 'rw', 'exec'])).toEqual(['mount("/a", "/b", "tmpfs", 0, NULL)']);
});

test('a remount keeps what is mounted, so it names only its flags', () => {
	expect(texts('none', ['remount', 'bind', 'ro', 'nodev'])).toEqual([
		'remount("/b", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV)',
	]);
});

test('mount points, maps and propagation are calls of their own, and other options of mount(8) are none', () => {
	expect(texts('none', ['bind', 'rslave', 'X-mount.mkdir', 'x-note'])).toEqual([
		'mkdirs("/b")',
		'mount("/a", "/b", NULL, MS_BIND, NULL)',
		'mount(NULL, "/b", NULL, MS_SLAVE | MS_REC, NULL)',
	]);
	expect(texts('none', ['bind', 'X-mount.idmap=u:0:1000:1'])).toEqual(['mount_idmapped("/a", "/b", "u:0:1000:1")']);
});

import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';

test('records calls as shell commands', async () => {
	const host = recordingHost({'/cg': 'dir'}, {born: () => ({'cgroup.procs': ''})});
	host.mkdir('/cg/box', 0o755);
	host.writeKernelFile('/cg/box/cgroup.procs', '42');
	await host.run(['/bin/echo', 'a b', "it's"]);
	host.kill(42, 'SIGTERM');
	expect(host.log).toEqual([
		'mkdir -m 0755 /cg/box',
		'write /cg/box/cgroup.procs 42',
		"/bin/echo 'a b' 'it'\\''s'",
		'kill -s SIGTERM 42',
	]);
	expect(host.files()).toEqual({'/': 'dir', '/cg': 'dir', '/cg/box': 'dir', '/cg/box/cgroup.procs': '42'});
});

test('refuses calls that a kernel would refuse', async () => {
	const host = recordingHost({'/a/b': 'text'});
	await expect(host.rmdir('/a')).rejects.toThrow(expect.objectContaining({code: 'ENOTEMPTY', path: '/a'}));
	expect(() => host.writeKernelFile('/a/c', '1')).toThrow(expect.objectContaining({code: 'ENOENT'}));
	expect(() => host.mkdir('/x/y', 0o755)).toThrow(expect.objectContaining({code: 'ENOENT'}));
	expect(host.mkdir('/a', 0o755)).toBe(false);
});

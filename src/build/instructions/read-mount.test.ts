import {expect, test} from 'vitest';
import {readMount} from './read-mount.ts';

const defaults = {sharing: 'shared', isRequired: false, isReadOnly: true};

test.each([
	['target=/src', {...defaults, type: 'bind', target: '/src'}],
	[
		'type=bind,from=build,src=/out,dst=/in,rw',
		{...defaults, type: 'bind', from: 'build', source: '/out', target: '/in', isReadOnly: false},
	],
	[
		'type=cache,target=/var/cache/apt,sharing=locked,mode=0755,uid=1,gid=2',
		{
			...defaults,
			type: 'cache',
			target: '/var/cache/apt',
			id: '/var/cache/apt',
			sharing: 'locked',
			mode: 0o755,
			uid: 1,
			gid: 2,
			isReadOnly: false,
		},
	],
	['type=cache,id=go,target=/go,ro', {...defaults, type: 'cache', id: 'go', target: '/go'}],
	['type=tmpfs,target=/t,size=1m', {...defaults, type: 'tmpfs', target: '/t', size: 1_048_576, isReadOnly: false}],
	[
		'type=secret,id=npm,target=/root/.npmrc,required',
		{...defaults, type: 'secret', id: 'npm', target: '/root/.npmrc', isRequired: true},
	],
	['type=secret,source=npm', {...defaults, type: 'secret', id: 'npm'}],
	['type=secret,id=token,env=TOKEN,required=false', {...defaults, type: 'secret', id: 'token', env: 'TOKEN'}],
	['type=ssh', {...defaults, type: 'ssh', id: 'default'}],
	['"target=/a,b",TYPE=tmpfs', {...defaults, type: 'tmpfs', target: '/a,b', isReadOnly: false}],
])('%s', (text, mount) => {
	expect(readMount(text)).toEqual({ok: true, value: mount});
});

test.each([
	['type=bind', 'needs a `target`'],
	['type=volume,target=/x', 'has the type `volume`'],
	['type=bind,target=/x,size=1m', 'of type bind has no key `size`'],
	['target=/x,targt=/y', 'has no key `targt`'],
	['target=/x,ro=maybe', 'neither true nor false'],
	['type=cache,target=/x,sharing=some', 'is none of shared, private, locked'],
	['type=cache,target=/x,mode=9', 'which is not octal'],
	['type=cache,target=/x,uid=4294967295', 'which is no id'],
	['type=secret', 'needs an `id`'],
	['type=secret,id=a,source=b', 'both `id` and `source`'],
	['"target=/x', 'a quote without an end'],
	['target', '`target` without a value'],
])('%s is refused', (text, problem) => {
	expect(readMount(text)).toMatchObject({ok: false, problem: expect.stringContaining(problem)});
});

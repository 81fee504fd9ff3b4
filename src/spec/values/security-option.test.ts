import {expect, test} from 'vitest';
import {parseDevice} from './device.ts';
import {parseSecurityOption} from './security-option.ts';

test.each([
	['no-new-privileges', {kind: 'no-new-privileges', value: true}],
	['no-new-privileges:false', {kind: 'no-new-privileges', value: false}],
	['seccomp=unconfined', {kind: 'seccomp', value: 'unconfined'}],
	['seccomp:./my profile.json', {kind: 'seccomp', value: './my profile.json'}],
	['apparmor=docker-default', {kind: 'apparmor', value: 'docker-default'}],
	['label=disable', {kind: 'label', value: null}],
	['label=type:spc_t', {kind: 'label', value: 'system_u:system_r:spc_t:s0'}],
	['label=level:s0:c1,c2', {kind: 'label', value: 'system_u:system_r:container_t:s0:c1,c2'}],
	['label=a_u:a_r:a_t:s0', {kind: 'label', value: 'a_u:a_r:a_t:s0'}],
	['systempaths=unconfined', {kind: 'systempaths'}],
])('%s', (option, value) => {
	expect(parseSecurityOption(option)).toEqual({ok: true, value});
});

test.each([
	'',
	'seccomp=',
	'seccomp',
	'apparmor=--dump',
	'apparmor=a b',
	'label=nothing',
	'label=--x:y:z',
	'systempaths=x',
	'mask=/x',
	'no-new-privileges:1',
])('`%s` is refused', option => expect(parseSecurityOption(option).ok).toBe(false));

test.each([
	['/dev/fuse', {source: '/dev/fuse', target: '/dev/fuse', permissions: 'rwm'}],
	['/dev/sda:/dev/xvda:r', {source: '/dev/sda', target: '/dev/xvda', permissions: 'r'}],
	['/dev/net/tun:rw', {source: '/dev/net/tun', target: '/dev/net/tun', permissions: 'rw'}],
])('the device %s', (entry, value) => {
	expect(parseDevice(entry)).toEqual({ok: true, value});
});

test.each([
	'',
	'/dev',
	'/etc/passwd',
	'/dev/../etc',
	'/dev/a:/tmp/a',
	'/dev/a:/dev/pts/0',
	'/dev/a:/dev/.box/x',
	'/dev/a:/dev/b:x',
	'fuse',
	'/dev/a:/dev/b:rw:w',
])('the device `%s` is refused', entry => expect(parseDevice(entry).ok).toBe(false));

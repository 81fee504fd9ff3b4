import {expect, test} from 'vitest';
import {withIdmapOption} from './idmap-option.ts';

const row = (containerID: number, hostID: number, size: number) => ({containerID, hostID, size});
const own = {uidMappings: [row(0, 0, 1), row(1, 2, 1000)], gidMappings: [row(0, 5, 10)]};
const mount = (option: string) =>
	withIdmapOption({destination: '/v', type: 'bind', source: '/s', options: ['rbind', option]}, own);

test('rows are maps of the mount, and the option says no more than that there are some', () => {
	expect(mount('idmap=uids=0-2-10#10-100-5;gids=0-1-10')).toMatchObject({
		options: ['rbind', 'idmap'],
		uidMappings: [row(0, 2, 10), row(10, 100, 5)],
		gidMappings: [row(0, 1, 10)],
	});
	expect(mount('ridmap=uids=0-2-10')).toMatchObject({options: ['rbind', 'ridmap'], gidMappings: own.gidMappings});
});

test('a row with @ begins in the map of the container', () => {
	expect(mount('idmap=uids=@1-3-10;gids=@0-1-2')).toMatchObject({
		uidMappings: [row(1, 4, 10)],
		gidMappings: [row(0, 6, 2)],
	});
});

test('other options stay', () => {
	expect(mount('idmap')).not.toHaveProperty('uidMappings');
	expect(mount('ro')).toMatchObject({options: ['rbind', 'ro']});
});

test.each([
	['idmap=uids=0-1', 'is no row'],
	['idmap=uids=@5000-1-1', 'is not in the map of the container'],
	['idmap=users=0-1-1', 'neither uids= nor gids='],
])('%s is refused', (option, why) => {
	expect(() => mount(option)).toThrow(expect.objectContaining({why: expect.stringContaining(why) as string}));
});

import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestUser, testBox} from './box.ts';
import {project, rows, until} from './project.ts';

/*
 * A user whose inotify instances are all in use (128 by default): what waits for a report looks by the clock. The limit is a
 * user namespace's own (/proc/sys/user/max_inotify_instances, namespaces(7)); in a second one the user is no root.
 */

const self: TestUser = {
	uid: 61_247,
	gid: 61_247,
	through: [
		'unshare',
		'--user',
		'--map-root-user',
		'sh',
		'-c',
		'echo 0 > /proc/sys/user/max_inotify_instances && exec unshare --user --map-user=61247 --map-group=61247 "$@"',
		'sh',
	],
};

test('a detached project is looked after without a watch: its output, its end, and who takes it over', async () => {
	await using at = await testBox(self);
	const share = join(at.folder, 'share');
	mkdirSync(share);
	const spec = project(at, {
		db: 'volumes: [./share:/share]\ncommand: [sh, -c, "echo first; while [ ! -e /share/go ]; do sleep 0.1; done; echo second; exit 4"]\n',
	});
	expect(await at.tsbox(['up', '-d', spec])).toMatchObject({
		status: 0,
		err: expect.stringMatching(/^db is running \(pid \d+\)\n$/),
	});
	const follower = at.start(['logs', '-f', at.name]);
	await follower.says('first');
	const {out} = await at.tsbox(['inspect', '--json', at.name]);
	process.kill((JSON.parse(out) as {supervisor: {pid: number}}).supervisor.pid, 'SIGKILL');
	// It takes over a container whose parent it is not.
	const again = await at.tsbox(['up', '-d', spec]);
	expect(again).toMatchObject({status: 0, err: expect.stringContaining('db is up to date')});
	writeFileSync(join(share, 'go'), '');
	await follower.says('second');
	await until('its end is known', async () => (await rows(at))['db']?.state === 'exited');
	expect((await rows(at))['db']).toMatchObject({exitCode: 4});
	expect((await follower.ended).status).toBe(0);
	// Each line has the time at which it was seen.
	expect((await at.tsbox(['logs', '-t', at.name])).out).toMatch(/^db \| \S+T\S+Z first\ndb \| \S+T\S+Z second\n$/);
	expect(await at.tsbox(['down', at.name])).toMatchObject({status: 0, err: 'db is down\n'});
	expect(at.leftovers()).toEqual([]);
});

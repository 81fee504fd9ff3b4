import {expect} from 'vitest';
import {fetched, left} from './network-stack.ts';
import {until} from './project.ts';
import type {StackProject} from './stack-project.ts';

/** What single stacks show beside what all have in common, by their names. They are up, and are left so. */
export const ownChecks: Readonly<Record<string, (at: StackProject) => Promise<void>>> = {
	shop: async ({box, works, up, shell, ports}) => {
		const url = `http://localhost:${ports['SHOP_PORT']}/`;
		const ordered = (): string => fetched('-XPOST', url).split(',')[0] ?? '';
		expect([ordered(), ordered()]).toEqual(['1 orders', '2 orders']);
		// Only the application reaches the database.
		expect(await shell('app', 'curl -sS -m 3 telnet://db:5432')).toMatch(/^28: /);
		expect(await shell('proxy', 'getent hosts app')).toMatch(/^\d/);
		expect(await shell('proxy', 'getent hosts db')).toBe('2: ');
		const address = (await shell('db', 'hostname -I')).trim();
		expect(await shell('proxy', `curl -sS -m 2 telnet://${address}:5432`)).toMatch(/^(?:7|28): /);
		// The volume keeps what was ordered.
		await works('down', box.name);
		expect(left(box).filter(line => !line.includes('/volumes/'))).toEqual([]);
		await up('--wait');
		expect(ordered()).toBe('3 orders');
	},

	// Workers come, go, and are killed while jobs run, and none is lost.
	queue: async ({works, up, shell, containers}) => {
		const redis = async (words: string): Promise<string> => (await shell('redis', `redis-cli --raw ${words}`)).trim();
		const jobs = 200;
		const push = (from: number, to: number): Promise<string> =>
			shell('redis', `seq ${from} ${to} | sed 's/^/lpush jobs /' | redis-cli >/dev/null`);
		const done = async (): Promise<readonly (readonly string[])[]> =>
			(await redis('lrange done 0 -1')).split('\n').map(line => line.split(' '));
		await push(1, jobs / 2);
		await until('they work', async () => (await done()).length > 20);
		await up('--scale', 'worker=8');
		await push(jobs / 2 + 1, jobs);
		const workers = async (): Promise<number> => new Set((await done()).map(([, worker]) => worker)).size;
		await until('all of them work', async () => (await workers()) >= 8);
		const [, second] = await containers('worker');
		await works('kill', second?.name ?? '');
		await up('--scale', 'worker=3');
		expect((await containers('worker')).filter(({state}) => state === 'running').length).toBe(3);
		const open = async (): Promise<number> => jobs - (await done()).length;
		// As long as it goes on: a busy machine takes its time.
		for (let last = jobs + 1; last > 0; last = await open()) {
			const before = last;
			await until('they work on', async () => (await open()) < before);
		}
		const numbers = (await done()).map(([job]) => Number(job)).sort((a, b) => a - b);
		expect(numbers).toEqual(Array.from({length: jobs}, (_, at) => at + 1));
		await up();
	},

	// nginx finds the files in the volume that the other container filled.
	wordpress: async ({ports}) => {
		expect(fetched(`http://localhost:${ports['PORT']}/wp-includes/js/jquery/jquery.min.js`)).toContain('jQuery');
	},

	forge: async ({ports, shell}) => {
		const push = (who: string): Promise<string> =>
			shell(
				'web',
				`rm -rf /tmp/work && git clone -q http://localhost/git/hello.git /tmp/work 2>&1 && cd /tmp/work &&
				git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m 'Strike while it is hot' &&
				GIT_TERMINAL_PROMPT=0 git push -q http://${who}@localhost/git/hello.git HEAD:main`,
			);
		expect(await push('smith:tongs')).toMatch(/^128: .*Authentication failed/);
		expect(await push('smith:hammer')).not.toMatch(/^\d+: /);
		expect(fetched(`http://localhost:${ports['PORT']}/hello.git/log/`)).toContain('Strike while it is hot');
	},

	mail: async ({shell}) => {
		expect(await shell('mail', 'touch /srv/file')).toMatch(/^1: .*Read-only file system/);
		expect(await shell('mail', 'grep CapBnd /proc/self/status')).toMatch(/\t0+\n$/);
	},

	jobs: async ({box, file, ports, containers}) => {
		expect((await containers()).filter(({service}) => ['backup', 'report'].includes(service))).toEqual([]);
		expect(await box.tsbox(['up', '-d', '--profile', 'jobs', file])).toMatchObject({status: 0});
		const report = (): string => fetched(`http://localhost:${ports['PORT']}/`);
		await until('there is a report', () => report().includes('backup of REDIS'));
		const [job] = await containers('report');
		expect(job).toMatchObject({state: 'exited', exitCode: 0});
	},

	vault: async ({shell, works, containers}) => {
		expect(
			await shell('app', "stat -Lc '%u %a' /run/secrets/password /run/secrets/token /etc/app/settings.ini"),
		).toMatch(/^1000 400\n1000 400\n0 444\n$/);
		const [app] = await containers('app');
		expect(await works('inspect', app?.name ?? '')).not.toContain('tumbler');
	},

	// `depends_on` with `restart: true` restarts what depends on a service along with it, and nothing else.
	chain: async ({box, works, containers}) => {
		const pids = async (): Promise<ReadonlyMap<string, number>> =>
			new Map((await containers()).map(({service, pid}) => [service, pid]));
		const before = await pids();
		await works('restart', box.name, 'filter');
		const now = await pids();
		expect([...now.keys()].filter(service => now.get(service) !== before.get(service)).toSorted()).toEqual([
			'filter',
			'sort',
		]);
	},
};

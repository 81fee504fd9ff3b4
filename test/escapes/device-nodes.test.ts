import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {starters, target} from './attack.ts';

test.each(starters)('%s %j: a node that is made does not open', async (_, user) => {
	await using at = await target(user);
	const disks = readFileSync('/proc/partitions', 'utf8')
		.trim()
		.split('\n')
		.slice(2)
		.map(line => line.trim().split(/\s+/).slice(0, 2).join(' '));
	const nodes = [...disks.slice(0, 3).map(numbers => `b ${numbers}`), 'c 1 1', 'c 1 2', 'c 1 5', 'c 10 237'];
	const words = ['/', '/dev', '/dev/shm', '/tmp', '/t'].flatMap(folder =>
		nodes.map(
			(node, n) =>
				`mknod ${folder}/n${n} ${node} 2>/dev/null; head -c 1 ${folder}/n${n} >/dev/null 2>&1 && echo ${folder} ${node}`,
		),
	);
	const {status, out} = await at.box.tsbox([
		'run',
		at.box.spec('tmpfs: [/t]\n'),
		'--',
		'sh',
		'-c',
		`${words.join('\n')}\ntrue`,
	]);
	expect({status, out}).toEqual({status: 0, out: ''});
});

import {expect, test} from 'vitest';
import {idRanges, readUserNamespace} from './probe/user-namespace.ts';
import {mapArguments, outsideId, rangeMapOf, userMapOf} from './id-map.ts';
import {recordingHost} from '../../test/support/recording-host.ts';
import {savedFacts} from '../../test/support/sample-input.ts';

const facts = savedFacts('v2-trixie');
const withRanges = (subuids: readonly {start: number; count: number}[]) => ({
	...facts,
	user: {uid: 1000, gid: 1000, capabilities: []},
	userNamespace: {...facts.userNamespace, subuids, subgids: subuids},
});

test('an unprivileged user is root, and other ids are the range without its first id, as unshare does it', () => {
	const map = userMapOf(withRanges([{start: 100_000, count: 65_536}]));
	expect(map.uids).toEqual([
		{inside: 0, outside: 1000, count: 1},
		{inside: 1, outside: 100_000, count: 65_535},
	]);
	expect([0, 1, 65_535, 65_536].map(id => outsideId(map.uids, id))).toEqual([1000, 100_000, 165_534, undefined]);
});

test.each([
	['no range', []],
	['a range of one id', [{start: 100_000, count: 1}]],
])('with %s there is only root', (_, ranges) => {
	expect(userMapOf(withRanges(ranges)).kind).toBe('single');
});

test("root's containers get the first range", () => {
	const map = rangeMapOf({
		tools: facts.tools,
		userNamespace: {
			...facts.userNamespace,
			subuids: [
				{start: 200_000, count: 1000},
				{start: 500_000, count: 65_536},
			],
			subgids: [{start: 300_000, count: 2000}],
		},
	});
	expect(mapArguments(map)).toEqual([
		'--user',
		'--map-users=200000,0,1000',
		'--map-groups=300000,0,2000',
		'--setuid=0',
		'--setgid=0',
	]);
	expect(map.direct).toBeUndefined();
	expect(rangeMapOf({userNamespace: facts.userNamespace, tools: {...facts.tools, newuidmap: null}}).direct).toBe(true);
});

test("without a range of root's own its containers get ids that nobody has", () => {
	const map = rangeMapOf({...facts, userNamespace: {...facts.userNamespace, subgids: []}});
	expect(map).toMatchObject({direct: true, uids: [{inside: 0, outside: 1_878_982_656, count: 65_536}]});
});

test('ignores malformed lines of /etc/subuid', () => {
	const text = 'a:1:2\nb:1:2\na:x:2\na:5:0\n# a:7:7\na:9\n\n1000:10:20:30\n';
	expect(idRanges(text, ['a', '1000'])).toEqual([
		{start: 1, count: 2},
		{start: 10, count: 20},
	]);
});

test('names everyone with an id in the range: by /etc/subuid or as an account', () => {
	const host = (subuid: string, passwd = ''): ReturnType<typeof readUserNamespace> =>
		readUserNamespace(
			recordingHost({
				'/etc/passwd': `me:x:1000:1000::/:/bin/sh\n${passwd}`,
				'/etc/subuid': subuid,
				'/etc/subgid': subuid,
			}),
			1000,
		);
	expect(host('me:100000:65536\nother:165536:65536\n').sharers).toEqual([]);
	expect(host('me:100000:65536\nother:165535:65536\n').sharers).toEqual(['other']);
	expect(host('me:100000:65536\n1000:100:5\n', 'far:x:120000:1::/:/bin/sh\n').sharers).toEqual(['far']);
});

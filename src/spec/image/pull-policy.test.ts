import {expect, test} from 'vitest';
import {parsePlatform} from './platform.ts';
import {parsePullPolicy, pullPolicyWord} from './pull-policy.ts';

const day = 86_400_000;

test.each([
	['always', 'always', 'always'],
	['missing', 'missing', 'missing'],
	['if_not_present', 'missing', 'missing'],
	['never', 'never', 'never'],
	['build', 'build', 'build'],
	['daily', {everyMs: day}, 'daily'],
	['weekly', {everyMs: 7 * day}, 'weekly'],
	['every_1w2d', {everyMs: 9 * day}, 'every_9d'],
	['every_1d12h', {everyMs: 1.5 * day}, 'every_129600s'],
	['every_90m', {everyMs: 5_400_000}, 'every_5400s'],
] as const)('the pull policy %s', (text, policy, word) => {
	expect(parsePullPolicy(text)).toEqual({ok: true, value: policy});
	expect(pullPolicyWord(policy)).toBe(word);
	expect(parsePullPolicy(word)).toEqual({ok: true, value: policy});
});

test.each(['', 'Always', 'hourly', 'every_', 'every_0s', 'every_0d', 'every_5', 'every_-1h', 'toString'])(
	'the pull policy %j is refused',
	text => {
		expect(parsePullPolicy(text)).toMatchObject({ok: false});
	},
);

test.each([
	['linux/amd64', 'linux/amd64'],
	['Linux/x86_64', 'linux/amd64'],
	['aarch64', 'linux/arm64'],
	['linux/aarch64', 'linux/arm64'],
	['linux/arm/v7', 'linux/arm/v7'],
])('the platform %s is %s', (text, platform) => {
	expect(parsePlatform(text)).toEqual({ok: true, value: platform});
});

test.each([
	['linux', 'must be `os/architecture` or `os/architecture/variant`, not `linux`'],
	['windows/amd64', 'is for `windows`, and containers here are Linux'],
	['linux/amd46', 'has the architecture `amd46`'],
	['linux/arm/7', 'has the variant `7`'],
	['linux/arm/v7/x', 'must be `os/architecture` or `os/architecture/variant`, not `linux/arm/v7/x`'],
])('the platform %s is refused', (text, problem) => {
	expect(parsePlatform(text)).toMatchObject({ok: false, problem});
});
